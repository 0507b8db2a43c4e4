package dev.mptunnel.core;

/** Gives out counters, each once, and remembers roughly since when. */
final class SentCounters {

  private long next;
  private long markNanos = Long.MIN_VALUE / 2;
  private long mark;
  private long olderMark;

  /** A counter that was not given out before. */
  long take() {
    return next++;
  }

  /** How many have been given out. */
  long count() {
    return next;
  }

  /** Time passes; to be called now and then. */
  void tick(long now) {
    if (now - markNanos >= CoreLimits.HINT_AGE_NANOS) {
      olderMark = mark;
      mark = next;
      markNanos = now;
    }
  }

  /** Whether this counter was given out, and not long ago. */
  boolean isRecent(long counter) {
    return counter >= olderMark && counter < next;
  }
}
