package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.wire.DataFrames;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeerClockTest {

  @Test
  void itRunsOnHoweverLongNothingComesAndHoweverLateSomethingDoes() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    PeerClock clock = new PeerClock();
    long sent = random.nextLong(TimeUnit.DAYS.toNanos(1));
    long offset = random.nextLong(TimeUnit.DAYS.toNanos(1));
    long first = clock.nanos(sent + offset, DataFrames.time(sent)) - sent;
    for (int i = 0; i < 10_000; i++) {
      sent += random.nextLong(TimeUnit.SECONDS.toNanos(100));
      long delay = random.nextLong(TimeUnit.SECONDS.toNanos(1));
      long told = clock.nanos(sent + offset + delay, DataFrames.time(sent));
      long off = Math.abs(told - sent - first);
      assertTrue(off <= 2 * DataFrames.TIME_UNIT_NANOS, off + " ns, seed " + seed);
    }
  }
}
