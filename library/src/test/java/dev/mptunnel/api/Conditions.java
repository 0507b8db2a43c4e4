package dev.mptunnel.api;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.TimeUnit;

/** What tests wait for that nothing tells of. */
final class Conditions {

  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  interface Check {
    boolean holds() throws Exception;
  }

  private Conditions() {}

  static void await(String what, Check check) throws InterruptedException {
    long start = System.nanoTime();
    while (!holds(check)) {
      if (System.nanoTime() - start > LIMIT_NANOS) {
        fail("not in time: " + what);
      }
      Thread.sleep(2);
    }
  }

  private static boolean holds(Check check) {
    try {
      return check.holds();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until a thread is blocked in the library. */
  static void awaitBlocked(Thread thread) throws InterruptedException {
    await(
        thread + " is blocked",
        () ->
            thread.getState() == Thread.State.WAITING
                || thread.getState() == Thread.State.TIMED_WAITING);
  }
}
