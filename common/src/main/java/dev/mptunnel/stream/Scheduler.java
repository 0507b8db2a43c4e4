package dev.mptunnel.stream;

import java.util.Collection;

/** Chooses the tunnel for the next chunk. */
interface Scheduler {

  /**
   * Chooses.
   *
   * @param tunnels all of the session
   * @param chunkBytes how long the chunk will be, about
   * @param waitingBytes what may be sent in all, this chunk included
   * @param creditBytes what may be sent, at most, before the peer has to answer
   * @return one that is writable and not stalled; or null if it is better to wait
   */
  Tunnel choose(Collection<Tunnel> tunnels, int chunkBytes, long waitingBytes, long creditBytes);

  /**
   * The one that will bring it first; but none, if those that take nothing now will have brought
   * all that waits before that one brings the first of it. So a slow tunnel is left out at the end
   * of a transfer, and where the peer has room only for so little that the others would have to
   * wait for the slow one.
   *
   * <p>ECF (Lim, Nahum, Towsley and Gibbens, 2017) compares one quicker path, by its window, and
   * BLEST (Ferlin, Alay, Mehani and Boreli, 2016) the room; this compares all, by their rates.
   */
  final class EarliestDelivery implements Scheduler {
    @Override
    public Tunnel choose(
        Collection<Tunnel> tunnels, int chunkBytes, long waitingBytes, long creditBytes) {
      Tunnel best = null;
      long bestNanos = Long.MAX_VALUE;
      for (Tunnel tunnel : tunnels) {
        if (tunnel.takesChunks() && !tunnel.isStalled()) {
          long nanos = tunnel.deliveryNanos(chunkBytes);
          if (nanos < bestNanos) {
            best = tunnel;
            bestNanos = nanos;
          }
        }
      }
      if (best == null) {
        return null;
      }
      long lateNanos = Math.max(bestNanos, best.usualNanos());
      long byOthers = 0;
      long byOthersAtWorst = 0;
      for (Tunnel tunnel : tunnels) {
        if (!tunnel.takesChunks() && !tunnel.isStalled()) {
          byOthers += tunnel.bytesWithin(bestNanos);
          byOthersAtWorst += isMuchQuicker(tunnel, best) ? tunnel.bytesWithin(lateNanos) : 0;
        }
      }
      return byOthers >= waitingBytes || byOthersAtWorst >= creditBytes ? null : best;
    }

    /** Among tunnels of one kind, to wait for another one would only leave this one idle. */
    private static boolean isMuchQuicker(Tunnel tunnel, Tunnel other) {
      return 2 * tunnel.responseNanos() <= other.responseNanos();
    }
  }
}
