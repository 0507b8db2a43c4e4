package dev.mptunnel.core;

/** When a path is to be asked next: at a time that stands, or at one that a proof may put off. */
final class PingTimer {

  private static final long NEVER = Long.MAX_VALUE;

  private long lastNanos;
  private long pauseNanos;
  private long dueNanos = NEVER;
  private long unlessProvenNanos = NEVER;

  /** The path leads somewhere: it is to be asked now. */
  void start(long now) {
    dueNanos = now;
    unlessProvenNanos = now;
  }

  /** The path leads nowhere. */
  void stop() {
    dueNanos = NEVER;
    unlessProvenNanos = NEVER;
  }

  /** The path is to be asked no later than this, if it leads anywhere. */
  void wake(long atNanos) {
    if (unlessProvenNanos != NEVER) {
      dueNanos = Math.min(dueNanos, atNanos);
    }
  }

  /** The path is asked, and again after this pause unless it is proved that it carries. */
  void asked(long now, long nextPauseNanos) {
    pauseNanos = now - lastNanos;
    lastNanos = now;
    dueNanos = NEVER;
    unlessProvenNanos = now + nextPauseNanos;
  }

  /** It is proved that the path carries: it need not be asked before this. */
  void putOffUntil(long nanos) {
    unlessProvenNanos = nanos;
  }

  /** When the path was asked last. */
  long lastNanos() {
    return lastNanos;
  }

  /** When it is asked after twice the pause before the last time, or after this at the latest. */
  long afterTwiceThePause(long mostNanos) {
    return lastNanos + 2 * Math.min(pauseNanos, mostNanos / 2);
  }

  /** When it is to be asked, or {@code Long.MAX_VALUE}. */
  long nextNanos() {
    return Math.min(dueNanos, unlessProvenNanos);
  }
}
