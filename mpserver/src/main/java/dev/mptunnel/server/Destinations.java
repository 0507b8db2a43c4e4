package dev.mptunnel.server;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.core.Rights;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.HostLinks;
import dev.mptunnel.wire.Destination;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What clients may have the server dial, beyond its targets, and what they asked for in vain. On
 * the thread of one engine, but where it says otherwise.
 */
final class Destinations {

  private final Engine engine;
  private AccessRules forAll;
  private final SocketBudget sockets;
  private final NameQueries names;
  private final HostLinks links = new HostLinks(HostLinks::read);
  private final RefusedDestinations told = new RefusedDestinations();
  private final AtomicLong asked = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  Destinations(Engine engine, AccessRules forAll, NameThreads resolver, SocketBudget sockets) {
    this.engine = engine;
    this.forAll = forAll;
    this.sockets = sockets;
    names = new NameQueries(engine, resolver);
  }

  /** All clients may have these dialled from now on. */
  void allow(AccessRules rules) {
    forAll = rules;
  }

  /** What resolves their names. */
  NameQueries names() {
    return names;
  }

  /**
   * What a client means, if it may have it dialled as far as that can be said before its name is
   * resolved. If not, that is told and counted.
   *
   * @param client for the log
   * @param written as it came
   * @return null if it may not
   */
  Destination admit(String client, Rights rights, String written) {
    asked.incrementAndGet();
    Destination to = Destination.parse(written);
    if (to != null && rights.access(forAll).mayBe(to)) {
      return to;
    }
    refuse(client, written, null);
    return null;
  }

  /** Whether an address may be dialled that a destination stands for; if not, that is told. */
  boolean permit(String client, Rights rights, Destination to, InetAddress address) {
    if (isPermitted(rights, to, address)) {
      return true;
    }
    refuse(client, to.toString(), address);
    return false;
  }

  private boolean isPermitted(Rights rights, Destination to, InetAddress address) {
    return rights.access(forAll).permit(to, address, links.now(engine.nanoTime()));
  }

  /**
   * Whether what a client was let reach it still may.
   *
   * @param remote where that leads, or null if it is not connected yet: who dials it asks again
   */
  boolean isStillPermitted(Rights rights, String written, InetSocketAddress remote) {
    Destination to = Destination.parse(written);
    if (to == null || remote == null) {
      return to != null && rights.access(forAll).mayBe(to);
    }
    return isPermitted(rights, to, remote.getAddress());
  }

  /** Whether a socket to one may be opened for a client; if so, it counts as open. */
  boolean takeSocket(Object who) {
    return sockets.take(engine.nanoTime(), who);
  }

  /** One that was opened for a client has been closed. */
  void giveBackSocket(Object who) {
    sockets.giveBack(who);
  }

  private void refuse(String client, String written, InetAddress address) {
    refused.incrementAndGet();
    if (told.isNews(engine.nanoTime(), client, written)) {
      ServerLog.destinationRefused(
          client, written, address == null ? null : Addresses.text(address));
    }
  }

  /** How many were asked for. From any thread. */
  long asked() {
    return asked.get();
  }

  /** How many of them, or of their addresses, were refused. From any thread. */
  long refused() {
    return refused.get();
  }
}
