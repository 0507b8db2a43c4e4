package dev.mptunnel.harness.soak;

import java.time.Duration;

/** Time since the measurement began; negative before. */
final class RunClock {

  private volatile long startNanos;

  /** The measurement is to begin after so long, as far as is known. */
  RunClock(Duration warmUp) {
    startNanos = System.nanoTime() + warmUp.toNanos();
  }

  /** It begins now. */
  void start() {
    startNanos = System.nanoTime();
  }

  /** Nanoseconds since then. */
  long nanos() {
    return System.nanoTime() - startNanos;
  }
}
