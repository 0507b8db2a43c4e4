package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.time.Duration;

/** Waiting for a condition, with a time limit. */
public final class Wait {

  private static final long POLL_MILLIS = 20;

  private Wait() {}

  /** A condition that may touch the machine. */
  @FunctionalInterface
  public interface Condition {

    /** Whether what is waited for has happened. */
    boolean holds() throws IOException;
  }

  /**
   * Blocks until the condition holds.
   *
   * @param what names the condition in the error
   * @throws IOException when it does not hold within the limit, or cannot be judged
   */
  public static void until(Duration limit, String what, Condition condition) throws IOException {
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new IOException("waited " + limit.toSeconds() + " s in vain for " + what);
      }
      pass(Duration.ofMillis(POLL_MILLIS));
    }
  }

  /** Lets real time pass: for a load to run on, never to hope that something is ready. */
  public static void pass(Duration duration) throws IOException {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
