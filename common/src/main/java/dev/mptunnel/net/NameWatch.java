package dev.mptunnel.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A name and what it stands for now: asked at first, and again whenever its owner finds that the
 * address does not answer, no more often than a back-off allows. Asking happens on a thread of its
 * own; all else on the engine's.
 */
public final class NameWatch {

  private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Engine engine;
  private final String host;
  private final int port;
  private final Predicate<InetAddress> usable;
  private final Consumer<InetSocketAddress> onFound;
  private final Consumer<String> onTrouble;
  private InetSocketAddress address;
  private boolean asking;
  private boolean anotherWanted;
  private boolean troubleTold;
  private long nextAskNanos = Long.MIN_VALUE;
  private long pauseNanos = FIRST_PAUSE_NANOS;

  /**
   * A name that has not been asked yet.
   *
   * @param host a name, or an address, which costs no asking
   * @param usable which addresses will do
   * @param onFound told of the first address and of each other one
   * @param onTrouble told once, in one line, when the name cannot be resolved, until it can again
   */
  public NameWatch(
      Engine engine,
      String host,
      int port,
      Predicate<InetAddress> usable,
      Consumer<InetSocketAddress> onFound,
      Consumer<String> onTrouble) {
    this.engine = engine;
    this.host = host;
    this.port = port;
    this.usable = usable;
    this.onFound = onFound;
    this.onTrouble = onTrouble;
  }

  /** What the name stands for, or null while that is not known. */
  public InetSocketAddress address() {
    return address;
  }

  /** The address does not answer: asks, and takes another if the name has several. */
  public void askForAnother() {
    anotherWanted = true;
    ask();
  }

  /** Asks what the name stands for, unless that was done a moment ago. */
  public void ask() {
    long now = engine.nanoTime();
    if (asking || now < nextAskNanos) {
      return;
    }
    try {
      take(new InetAddress[] {InetAddress.ofLiteral(host)}, null);
      nextAskNanos = Long.MAX_VALUE; // an address stays what it is
      return;
    } catch (IllegalArgumentException name) {
      asking = true;
    }
    nextAskNanos = now + pauseNanos;
    pauseNanos = Math.min(2 * pauseNanos, LAST_PAUSE_NANOS);
    Thread.ofVirtual().name("resolve " + host).start(this::resolve);
  }

  /** Asks now, however lately that was done: somebody wants to know whether it has moved. */
  public void askNow() {
    confirm();
    if (nextAskNanos != Long.MAX_VALUE) {
      nextAskNanos = Long.MIN_VALUE;
      ask();
    }
  }

  /** The address answers: should it fall silent, the name may be asked at once. */
  public void confirm() {
    pauseNanos = FIRST_PAUSE_NANOS;
    anotherWanted = false;
  }

  private void resolve() {
    InetAddress[] found;
    String trouble;
    try {
      found = InetAddress.getAllByName(host);
      trouble = null;
    } catch (UnknownHostException e) {
      found = new InetAddress[0];
      trouble = host + " does not resolve; trying again. Is the name right, and DNS reachable?";
    }
    InetAddress[] addresses = found;
    String reason = trouble;
    engine.execute(
        () -> {
          asking = false;
          take(addresses, reason);
        });
  }

  private void take(InetAddress[] found, String reason) {
    List<InetSocketAddress> choices =
        Arrays.stream(found)
            .filter(usable)
            .map(choice -> new InetSocketAddress(choice, port))
            .toList();
    if (choices.isEmpty()) {
      if (!troubleTold) {
        troubleTold = true;
        onTrouble.accept(
            reason != null ? reason : host + " has no address of the family that bind = asks for");
      }
      return;
    }
    troubleTold = false;
    int current = choices.indexOf(address);
    boolean stay = current >= 0 && !anotherWanted;
    anotherWanted = false;
    InetSocketAddress next = choices.get(stay ? current : (current + 1) % choices.size());
    if (!next.equals(address)) {
      address = next;
      onFound.accept(next);
    }
  }
}
