package dev.mptunnel.api;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Times that a caller gives. */
final class Durations {

  private Durations() {}

  /** In nanoseconds, or the most that there are of these. */
  static long nanos(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("a time-out of " + duration);
    }
    return TimeUnit.NANOSECONDS.convert(duration);
  }
}
