package dev.mptunnel.stream;

import java.util.Collection;

/** What others do, to compare with: on our tunnels, which are TCP themselves. */
final class Schedulers {

  private Schedulers() {}

  /** The least round trip of those that are not stalled, and that take something if they must. */
  private static Tunnel quickest(Collection<Tunnel> tunnels, boolean mustBeWritable) {
    Tunnel best = null;
    for (Tunnel tunnel : tunnels) {
      if (!tunnel.isStalled()
          && (tunnel.takesChunks() || !mustBeWritable)
          && (best == null || tunnel.responseNanos() < best.responseNanos())) {
        best = tunnel;
      }
    }
    return best;
  }

  /** Linux's first one: the quickest that takes something, whatever is in its way already. */
  static final class LeastRoundTrip implements Scheduler {
    @Override
    public Tunnel choose(
        Collection<Tunnel> tunnels, int chunkBytes, long waitingBytes, long creditBytes) {
      return quickest(tunnels, true);
    }
  }

  /** Lim, Nahum, Towsley and Gibbens, ECF: An MPTCP Path Scheduler, 2017, algorithm 1. */
  static final class Ecf implements Scheduler {
    private static final double BETA = 0.25;
    private boolean waiting;

    @Override
    public Tunnel choose(
        Collection<Tunnel> tunnels, int chunkBytes, long waitingBytes, long creditBytes) {
      Tunnel fast = quickest(tunnels, false);
      Tunnel slow = quickest(tunnels, true);
      if (slow == null || fast == slow) {
        return slow;
      }
      double k = Math.min(waitingBytes, creditBytes);
      double windowFast = Math.max(1, fast.underWayBytes());
      double windowSlow = Math.max(chunkBytes, slow.underWayBytes());
      double delta = Math.max(fast.variationNanos(), slow.variationNanos());
      double n = 1 + k / windowFast;
      if (n * fast.responseNanos() < (waiting ? 1 + BETA : 1) * (slow.responseNanos() + delta)) {
        if (k / windowSlow * slow.responseNanos() >= 2.0 * fast.responseNanos() + delta) {
          waiting = true;
          return null;
        }
        return slow;
      }
      waiting = false;
      return slow;
    }
  }

  /** Ferlin, Alay, Mehani and Boreli, BLEST, 2016, with lambda 1. */
  static final class Blest implements Scheduler {
    @Override
    public Tunnel choose(
        Collection<Tunnel> tunnels, int chunkBytes, long waitingBytes, long creditBytes) {
      Tunnel fast = quickest(tunnels, false);
      Tunnel slow = quickest(tunnels, true);
      if (slow == null || fast == slow) {
        return slow;
      }
      double ratio = (double) slow.responseNanos() / fast.responseNanos();
      double byFast = (fast.underWayBytes() + 1_400 * (ratio - 1) / 2) * ratio;
      return byFast > creditBytes - slow.underWayBytes() ? null : slow;
    }
  }
}
