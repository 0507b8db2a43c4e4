package dev.mptunnel.harness.load;

/**
 * A gate that lets only so many be under way between a sender and a reception, so that no socket
 * buffer in between overflows; those that do not arrive in time are taken for lost.
 */
public final class OutstandingLimit implements Gate {

  private final Reception reception;
  private final long lostAfterNanos;
  private final long[] sentNanos;
  private int oldest;

  /**
   * @param reception where what is sent arrives
   * @param datagrams from the oldest under way to the newest
   * @param lostAfterNanos longer than any delay on the way
   */
  public OutstandingLimit(Reception reception, int datagrams, long lostAfterNanos) {
    this.reception = reception;
    this.lostAfterNanos = lostAfterNanos;
    this.sentNanos = new long[datagrams];
  }

  @Override
  public boolean opens(int sequence, long nowNanos) {
    while (oldest < sequence
        && (reception.has(oldest)
            || nowNanos - sentNanos[oldest % sentNanos.length] > lostAfterNanos)) {
      oldest++;
    }
    if (sequence - oldest >= sentNanos.length) {
      return false;
    }
    sentNanos[sequence % sentNanos.length] = nowNanos;
    return true;
  }
}
