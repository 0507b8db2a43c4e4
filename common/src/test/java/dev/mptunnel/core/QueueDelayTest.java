package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class QueueDelayTest {

  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

  private final QueueDelay queue = new QueueDelay();
  private final SplittableRandom random = new SplittableRandom(1);
  private long now;

  /** A packet each millisecond, through a queue that goes from one length to another. */
  private void through(long fromMs, long toMs, long forMs) {
    for (long ms = 0; ms < forMs; ms++) {
      now += MS;
      long length = fromMs * MS + (toMs - fromMs) * MS * ms / forMs;
      queue.sample(now, length - 77 * MS + random.nextLong(MS));
    }
  }

  @Test
  void aSawToothIsLongAtItsTop() {
    for (int tooth = 0; tooth < 10; tooth++) {
      through(10, 50, 3_000);
      assertTrue(queue.isLong(), "tooth " + tooth);
      through(12, 12, 100);
      assertFalse(queue.isLong());
    }
    through(40, 40, 100);
    assertTrue(queue.isLong());
    long queueMs = queue.queueNanos() / MS;
    assertTrue(queueMs >= 29 && queueMs <= 31, queueMs + " ms above the shortest there was");
  }

  @Test
  void jitterAndAMachineThatIsHeldUpAreNoQueue() {
    int full = 0;
    for (int packet = 0; packet < 100_000; packet++) {
      now += MS;
      boolean isHeldUp = packet % 10_000 < 10;
      queue.sample(now, isHeldUp ? 100 * MS : random.nextLong(20 * MS));
      full += queue.isLong() ? 1 : 0;
    }
    assertTrue(full < 100, full + " of 100,000");
  }

  @Test
  void aFewHoldUpsDoNotHideThatItIsLong() {
    through(0, 50, 5_000);
    for (int tooth = 0; tooth < 5; tooth++) {
      through(30, 50, 1_000);
      if (tooth < 3) {
        through(150, 100, 20);
      }
    }
    through(50, 50, 50);
    assertTrue(queue.isLong());
  }

  @Test
  void anotherClockBeginsAnew() {
    through(0, 50, 5_000);
    assertTrue(queue.isLong());
    queue.restart();
    assertFalse(queue.isLong());
    through(5_000, 5_000, 100);
    assertFalse(queue.isLong());
  }
}
