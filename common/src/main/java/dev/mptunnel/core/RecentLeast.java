package dev.mptunnel.core;

/** The least of the values of the last while: of one to two periods. */
final class RecentLeast {

  private final long periodNanos;
  private long startedNanos;
  private long least = Long.MAX_VALUE;
  private long leastBefore = Long.MAX_VALUE;

  RecentLeast(long periodNanos) {
    this.periodNanos = periodNanos;
  }

  void sample(long now, long value) {
    if (now - startedNanos >= periodNanos) {
      boolean isFollowing = now - startedNanos < 2 * periodNanos;
      leastBefore = isFollowing ? least : Long.MAX_VALUE;
      least = Long.MAX_VALUE;
      startedNanos = now;
    }
    least = Math.min(least, value);
  }

  /** The least, or {@code Long.MAX_VALUE} where there was no value. */
  long least() {
    return Math.min(least, leastBefore);
  }

  void clear() {
    least = Long.MAX_VALUE;
    leastBefore = Long.MAX_VALUE;
  }
}
