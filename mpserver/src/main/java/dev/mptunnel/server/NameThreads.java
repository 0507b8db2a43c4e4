package dev.mptunnel.server;

import dev.mptunnel.net.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/** Asks a resolver on threads of its own, not too many at once over all. From any thread. */
final class NameThreads {

  static final int AT_ONCE = 1_024;

  /** Whoever owns a name says how many addresses it has; no more are looked at. */
  static final int ADDRESSES = 16;

  private final Resolver resolver;
  private final ThreadFactory threads;
  private final Shares shares = new Shares();
  private int left = AT_ONCE;

  NameThreads(Resolver resolver) {
    // No virtual ones: the system's resolver waits in native code, and so holds what carries them.
    this(resolver, Thread.ofPlatform().daemon().factory());
  }

  NameThreads(Resolver resolver, ThreadFactory threads) {
    this.resolver = resolver;
    this.threads = threads;
  }

  /**
   * Asks what a name stands for.
   *
   * @param who for which client
   * @param answer is given its addresses, none if it has none; on the thread that asked
   * @return false if the client has as many as are left, or the system has no thread for it
   */
  boolean ask(Object who, String host, Consumer<List<InetAddress>> answer) {
    if (!take(who)) {
      return false;
    }
    boolean started = false;
    try {
      Thread thread = threads.newThread(() -> resolve(who, host, answer));
      thread.setName("resolve " + host);
      thread.start();
      started = true;
    } catch (OutOfMemoryError e) { // or of threads, which the system bounds too
      ServerLog.threadsScarce(e.getMessage());
    } finally {
      if (!started) {
        giveBack(who);
      }
    }
    return started;
  }

  private synchronized boolean take(Object who) {
    boolean taken = shares.take(who, left);
    left -= taken ? 1 : 0;
    return taken;
  }

  private synchronized void giveBack(Object who) {
    shares.giveBack(who);
    left++;
  }

  private void resolve(Object who, String host, Consumer<List<InetAddress>> answer) {
    List<InetAddress> found = List.of();
    try {
      found = resolver.resolve(host).stream().limit(ADDRESSES).toList();
    } catch (UnknownHostException e) {
      // It has none.
    } finally { // whatever failed
      giveBack(who);
      answer.accept(found);
    }
  }
}
