package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.net.Engine.EngineTimer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerQueueTest {

  private final TimerQueue queue = new TimerQueue(Thread.currentThread());
  private final Defects defects = new Defects();

  /** Near the greatest number, so that times come round in the middle. */
  private long now = Long.MAX_VALUE - 50_000;

  @Test
  void manyTimersFireOnceEachAndWhenTheyWereLastSetTo() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int count = 200;
    long[] due = new long[count];
    boolean[] set = new boolean[count];
    List<EngineTimer> timers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int index = i;
      timers.add(
          queue.newTimer(
              () -> {
                assertTrue(set[index], "seed " + seed);
                assertTrue(due[index] - now <= 0, "seed " + seed);
                set[index] = false;
              }));
    }
    for (int step = 0; step < 20_000; step++) {
      int index = random.nextInt(count);
      if (random.nextInt(5) == 0) {
        set[index] = false;
        timers.get(index).cancel();
      } else {
        set[index] = true;
        due[index] = now + random.nextInt(400) - 20;
        timers.get(index).set(due[index]);
      }
      long until = queue.untilNextNanos(now);
      for (int i = 0; i < count; i++) {
        assertTrue(!set[i] || until <= Math.max(0, due[i] - now), "seed " + seed);
      }
      if (random.nextInt(4) == 0) {
        now += random.nextInt(20);
        queue.run(now, defects);
        for (int i = 0; i < count; i++) {
          assertTrue(!set[i] || due[i] - now > 0, "seed " + seed + ": late");
        }
      }
    }
    assertEquals(0, defects.count(), "seed " + seed);
    now += 1_000;
    queue.run(now, defects);
    assertEquals(Long.MAX_VALUE, queue.untilNextNanos(now), "nothing is left");
  }

  @Test
  void oneThatAlwaysSetsItselfToNowLeavesOthersTheirTurn() {
    int[] runs = new int[1];
    EngineTimer[] timer = new EngineTimer[1];
    timer[0] =
        queue.newTimer(
            () -> {
              runs[0]++;
              timer[0].set(now);
            });
    timer[0].set(now);
    queue.run(now, defects);
    assertEquals(1, runs[0]);
    assertEquals(0, queue.untilNextNanos(now));
  }

  @Test
  void aTaskThatThrowsIsCountedAndTheOthersRun() {
    int[] runs = new int[1];
    for (int i = 0; i < 3; i++) {
      queue
          .newTimer(
              () -> {
                runs[0]++;
                throw new IllegalStateException("on purpose");
              })
          .set(now);
    }
    queue.run(now, defects);
    assertEquals(3, runs[0]);
    assertEquals(3, defects.count());
  }

  @Test
  void anotherThreadMayNotSetATimer() {
    TimerQueue others = new TimerQueue(new Thread());
    EngineTimer timer = others.newTimer(() -> {});
    assertThrows(IllegalStateException.class, () -> timer.set(now));
  }
}
