package dev.mptunnel.dial;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Dials the addresses of a name one after the other, without waiting for long for one that does not
 * answer (happy eyeballs, RFC 8305): the families take turns, IPv6 first, the next begins 250 ms
 * after the one before, or as soon as that has failed, and the first that answers wins.
 */
public final class AddressRace {

  /** RFC 8305, section 8: the recommended Connection Attempt Delay. */
  private static final long DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** A name may have hundreds of addresses; all these attempts are sockets. */
  private static final int MOST_ADDRESSES = 8;

  private final List<InetAddress> order;
  private final long endNanos;
  private int begun;
  private int underWay;
  private long nextNanos;

  /**
   * A race that begins now.
   *
   * @param addresses those that may be dialled, in the order in which they were found
   * @param limitNanos when it is over, whoever may still answer
   */
  public AddressRace(long now, List<InetAddress> addresses, long limitNanos) {
    List<InetAddress> all = interleaved(addresses);
    order = List.copyOf(all.subList(0, Math.min(MOST_ADDRESSES, all.size())));
    nextNanos = now;
    endNanos = now + limitNanos;
  }

  /** Section 4 of the RFC. */
  private static List<InetAddress> interleaved(List<InetAddress> addresses) {
    ArrayDeque<InetAddress> turn = new ArrayDeque<>();
    ArrayDeque<InetAddress> other = new ArrayDeque<>();
    addresses.forEach(each -> (each instanceof Inet6Address ? turn : other).add(each));
    List<InetAddress> order = new ArrayList<>();
    while (!turn.isEmpty() || !other.isEmpty()) {
      if (!turn.isEmpty()) {
        order.add(turn.poll());
      }
      if (!other.isEmpty()) {
        order.add(other.poll());
      }
    }
    return order;
  }

  /** The address that is to be dialled now, or null; to be asked until it is null. */
  public InetAddress next(long now) {
    if (begun == order.size() || now < nextNanos || now >= endNanos) {
      return null;
    }
    nextNanos = now + DELAY_NANOS;
    underWay++;
    return order.get(begun++);
  }

  /** One of those that were dialled does not answer. */
  public void failed(long now) {
    underWay--;
    nextNanos = now;
  }

  /** Whether nobody can win any more. */
  public boolean isLost(long now) {
    return isOver(now) || (begun == order.size() && underWay == 0);
  }

  /** Whether its time is up. */
  public boolean isOver(long now) {
    return now >= endNanos;
  }

  /** When to ask again, whatever happens meanwhile. */
  public long nextTimer() {
    return begun == order.size() ? endNanos : Math.min(nextNanos, endNanos);
  }
}
