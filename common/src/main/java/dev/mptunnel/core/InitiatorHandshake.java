package dev.mptunnel.core;

import java.util.random.RandomGenerator;

/** The opening end's side of a handshake: its numbers, and when to try again. */
final class InitiatorHandshake {

  private final RandomGenerator random;
  private final int epoch;
  private final long incarnation;
  private final long startedNanos;
  private long nextTryNanos;
  private long pauseNanos = CoreLimits.FIRST_RETRY_NANOS;
  private boolean silenceTold;

  /**
   * A handshake whose first try is due.
   *
   * @param epoch the number it proposes
   */
  InitiatorHandshake(long now, int epoch, RandomGenerator random) {
    this.random = random;
    this.epoch = epoch;
    incarnation = random.nextLong();
    startedNanos = now;
    nextTryNanos = now;
  }

  int epoch() {
    return epoch;
  }

  long incarnation() {
    return incarnation;
  }

  long nextTryNanos() {
    return nextTryNanos;
  }

  /** Whether it is time to send the first message; if so, the next time is set, later each time. */
  boolean isDue(long now) {
    if (now < nextTryNanos) {
      return false;
    }
    // Jitter keeps a crowd of clients that lost the same server from coming back in step.
    nextTryNanos = now + pauseNanos * 3 / 4 + random.nextLong(pauseNanos / 2);
    pauseNanos = Math.min(pauseNanos * 2, CoreLimits.LAST_RETRY_NANOS);
    return true;
  }

  /** True once, after it has gone unanswered for this long. */
  boolean isSilenceToTell(long now, long afterNanos) {
    if (silenceTold || now - startedNanos < afterNanos) {
      return false;
    }
    silenceTold = true;
    return true;
  }
}
