package dev.mptunnel.core;

import java.util.concurrent.TimeUnit;

/** How much later than on the quickest path copies come on this one: nearly the most of late. */
final class Lag {

  /** Later ones were held up, not slow. */
  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final int DECAY = 64;

  private long nanos;

  /** A copy came so much later than the first; if sooner, it was read later. */
  void sample(long laterNanos) {
    long later = Math.clamp(laterNanos, 0, MOST_NANOS);
    nanos = later > nanos ? later : nanos - (nanos - later) / DECAY;
  }

  long nanos() {
    return nanos;
  }

  void clear() {
    nanos = 0;
  }
}
