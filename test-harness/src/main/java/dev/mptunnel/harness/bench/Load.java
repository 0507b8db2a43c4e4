package dev.mptunnel.harness.bench;

import dev.mptunnel.harness.bench.BenchDatagram.Kind;

/**
 * What a generator is to send.
 *
 * @param kind of the datagrams
 * @param perSecond how many a second, at regular intervals; 0 for as many as come through, with
 *     {@link #WINDOW} on their way
 * @param nanos for how long
 * @param bytes of each datagram
 */
record Load(Kind kind, int perSecond, long nanos, int bytes) {

  /** Enough for full batches everywhere, and less than any socket's buffer holds. */
  static final int WINDOW = 512;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  Load {
    if (perSecond < 0
        || nanos <= 0
        || bytes < BenchDatagram.MIN_BYTES
        || bytes > BenchDatagram.MAX_BYTES) {
      throw new IllegalArgumentException(
          "no such load: " + perSecond + "/s of " + bytes + " bytes for " + nanos + " ns");
    }
  }

  /** At regular intervals, counted by the sink. */
  static Load counted(int perSecond, long nanos, int bytes) {
    return new Load(Kind.COUNTED, perSecond, nanos, bytes);
  }

  /** At regular intervals, echoed. */
  static Load echoed(int perSecond, long nanos, int bytes) {
    return new Load(Kind.ECHOED, perSecond, nanos, bytes);
  }

  /** As many as come through. */
  static Load saturating(long nanos, int bytes) {
    return new Load(Kind.REPORTED, 0, nanos, bytes);
  }

  boolean isSaturating() {
    return perSecond == 0;
  }

  /** How many are sent in all; no limit where it saturates. */
  long count() {
    return isSaturating() ? Arrivals.MAX_INDEX : nanos * perSecond / NANOS_PER_SECOND;
  }

  /** When a datagram is due, after the beginning. */
  long dueNanos(long index) {
    return isSaturating() ? 0 : index * NANOS_PER_SECOND / perSecond;
  }
}
