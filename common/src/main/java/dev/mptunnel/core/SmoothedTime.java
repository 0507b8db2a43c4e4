package dev.mptunnel.core;

/** A time and its variation, smoothed as the round trip is in RFC 6298, section 2. */
final class SmoothedTime {

  private long smoothedNanos;
  private long variationNanos;

  /** Whether nothing has been measured. */
  boolean isUnknown() {
    return smoothedNanos == 0;
  }

  void sample(long nanos) {
    if (isUnknown()) {
      smoothedNanos = Math.max(1, nanos);
      variationNanos = nanos / 2;
    } else {
      variationNanos += (Math.abs(smoothedNanos - nanos) - variationNanos) / 4;
      smoothedNanos = Math.max(1, smoothedNanos + (nanos - smoothedNanos) / 8);
    }
  }

  /** The smoothed time in nanoseconds, or 0 where nothing has been measured. */
  long nanos() {
    return smoothedNanos;
  }

  /** Longer than nearly all are: RFC 6298's time-out, with at least this much for the variation. */
  long mostNanos(long leastVariationNanos) {
    return smoothedNanos + Math.max(leastVariationNanos, 4 * variationNanos);
  }
}
