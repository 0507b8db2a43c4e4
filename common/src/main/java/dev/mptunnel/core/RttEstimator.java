package dev.mptunnel.core;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.PackedHistogram;

/** The round trip of one path: smoothed as in RFC 6298, section 2, and as a histogram. */
final class RttEstimator {

  /** RFC 6298, section 2.1: the time-out before anything has been measured. */
  private static final long INITIAL_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Room for the other end's scheduling delay, where RFC 6298's whole second would be too slow. */
  private static final long MIN_VARIATION_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long LEAST_PERIOD_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final long MAX_MICROS = TimeUnit.MINUTES.toMicros(1);

  // Packed: a server has one per path of every session, most of them with few different values.
  private final PackedHistogram micros = new PackedHistogram(MAX_MICROS, 2);
  private long sumMicros;

  /** Of what came since it was last read; null until somebody reads it. */
  private PackedHistogram recentMicros;

  private long recentSumMicros;
  private final SmoothedTime smoothed = new SmoothedTime();
  private final RecentLeast least = new RecentLeast(LEAST_PERIOD_NANOS);

  void sample(long now, long nanos) {
    smoothed.sample(nanos);
    least.sample(now, nanos);
    long took = Math.min(MAX_MICROS, TimeUnit.NANOSECONDS.toMicros(nanos));
    micros.recordValue(took);
    sumMicros += took;
    if (recentMicros != null) {
      recentMicros.recordValue(took);
      recentSumMicros += took;
    }
  }

  /** The smoothed round trip in nanoseconds, or 0 where nothing has been measured. */
  long smoothedNanos() {
    return smoothed.nanos();
  }

  /** The shortest round trip of the last while, or {@code Long.MAX_VALUE}. */
  long leastNanos() {
    return least.least();
  }

  /** After how long an answer is overdue, in nanoseconds. */
  long timeoutNanos() {
    return smoothed.isUnknown() ? INITIAL_TIMEOUT_NANOS : smoothed.mostNanos(MIN_VARIATION_NANOS);
  }

  /** All of them. */
  RoundTrips all() {
    return RoundTrips.of(micros, sumMicros);
  }

  /** Those since this was last asked: one reader has them. None at the first time. */
  RoundTrips takeRecent() {
    if (recentMicros == null) {
      recentMicros = new PackedHistogram(MAX_MICROS, 2);
      return RoundTrips.NONE;
    }
    RoundTrips recent = RoundTrips.of(recentMicros, recentSumMicros);
    if (recent.count() > 0) {
      recentMicros.reset();
      recentSumMicros = 0;
    }
    return recent;
  }
}
