package dev.mptunnel.harness;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Waiting for what other threads and processes do, with a limit. */
public final class Await {

  private static final long POLL_NANOS = 2_000_000;

  private Await() {}

  /**
   * Returns as soon as the condition holds.
   *
   * @param what completes the sentence "waited 5 s for …"
   * @throws AssertionError when it does not hold within the limit
   */
  public static void until(String what, Duration limit, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > limit.toNanos()) {
        throw new AssertionError("waited " + limit.toMillis() / 1e3 + " s for " + what);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /**
   * Returns as soon as the count has stood still for so long: when what is under way has arrived.
   *
   * @throws AssertionError when it still moves at the limit
   */
  public static void quiet(String what, Duration still, Duration limit, LongSupplier count) {
    long[] last = {count.getAsLong(), System.nanoTime()};
    until(
        what + " to come to rest",
        limit,
        () -> {
          long now = count.getAsLong();
          if (now != last[0]) {
            last[0] = now;
            last[1] = System.nanoTime();
          }
          return System.nanoTime() - last[1] > still.toNanos();
        });
  }
}
