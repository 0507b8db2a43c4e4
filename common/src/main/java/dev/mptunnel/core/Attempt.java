package dev.mptunnel.core;

import java.util.random.RandomGenerator;

/** One handshake that an initiator has begun: its message, and when to send that again. */
final class Attempt {

  private final RandomGenerator random;
  private final Security.Initiation initiation;
  private final int epoch;
  private final byte[] message;
  private final long startedNanos;
  private long nextTryNanos;
  private long pauseNanos;

  /**
   * An attempt whose first try is due.
   *
   * @param epoch the number it proposes
   * @param message head and body of its INIT
   * @param pauseNanos before the second try
   */
  Attempt(
      long now,
      RandomGenerator random,
      Security.Initiation initiation,
      int epoch,
      byte[] message,
      long pauseNanos) {
    this.random = random;
    this.initiation = initiation;
    this.epoch = epoch;
    this.message = message;
    this.pauseNanos = pauseNanos;
    startedNanos = now;
    nextTryNanos = now;
  }

  int epoch() {
    return epoch;
  }

  /** Head and body of its INIT, the same on every path. */
  byte[] message() {
    return message;
  }

  Security.Established read(byte[] body) {
    return initiation.read(body);
  }

  long nextTryNanos() {
    return nextTryNanos;
  }

  /** The pause before the next try but one. */
  long pauseNanos() {
    return pauseNanos;
  }

  /** Whether it has gone unanswered for so long that another one, with new keys, is better. */
  boolean isStale(long now) {
    return now - startedNanos >= CoreLimits.ATTEMPT_NANOS;
  }

  /** Tries at once. */
  void hasten(long now) {
    nextTryNanos = Math.min(nextTryNanos, now);
  }

  /** Tries no sooner than this. */
  void putOffUntil(long nanos) {
    nextTryNanos = Math.max(nextTryNanos, nanos);
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
}
