package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three paths that are asked four times a second, each with a queue before it that others fill: of
 * its own, or one for two of them.
 */
class SharedDelayTest {

  private static final long PING_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int WORLDS = 20;

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);
  private SharedDelay delays;
  private long now;
  private long carried;

  @BeforeEach
  void begin() {
    System.out.println("seed " + seed);
    restart();
  }

  private void restart() {
    delays = new SharedDelay();
    now = random.nextLong(1L << 40);
    carried = 0;
  }

  /** Bursts of others' that come and go, as fractions of a second to some, into a link. */
  private final class Queue {

    private final double meanBurstSeconds = 0.3 + 2 * random.nextDouble();
    private double millis;
    private boolean isBurst;

    void pass(double seconds) {
      for (double left = seconds; left > 0; left -= 0.05) {
        if (random.nextDouble() < 0.05 / meanBurstSeconds) {
          isBurst = !isBurst;
        }
        millis = Math.clamp(millis + (isBurst ? 12 : -9) * random.nextDouble(), 0, 80);
      }
    }
  }

  private static long nanos(double millis) {
    return (long) (millis * 1e6);
  }

  /**
   * @return after how many seconds it was said that the paths share a queue, or -1
   */
  private int run(int seconds, Queue first, Queue second, double jitterMillis, int one, int other) {
    return run(seconds, PING_NANOS, first, second, jitterMillis, one, other);
  }

  private int run(
      int seconds,
      long pingNanos,
      Queue first,
      Queue second,
      double jitterMillis,
      int one,
      int other) {
    double pingSeconds = 1e-9 * pingNanos;
    Queue third = new Queue();
    long end = now + TimeUnit.SECONDS.toNanos(seconds);
    long begin = now;
    long told = now + TELL_NANOS;
    while (now < end) {
      first.pass(pingSeconds);
      third.pass(pingSeconds);
      if (second != first) {
        second.pass(pingSeconds);
      }
      delays.sample(now, 0, nanos(20 + first.millis + jitter(jitterMillis)), carried);
      delays.sample(now, 1, nanos(35 + second.millis + jitter(jitterMillis)), carried);
      delays.sample(now, 2, nanos(80 + third.millis + jitter(jitterMillis)), carried);
      carried += 25;
      now += pingNanos;
      if (now >= told) {
        told += TELL_NANOS;
        delays.compare(now);
        if (delays.correlation(one, other) > 0) {
          return (int) TimeUnit.NANOSECONDS.toSeconds(now - begin);
        }
      }
    }
    return -1;
  }

  private double jitter(double millis) {
    return millis * -Math.log(1 - random.nextDouble());
  }

  @Test
  void aQueueThatTwoOfThreeShareIsFoundWithinAMinute() {
    for (int i = 0; i < WORLDS; i++) {
      restart();
      Queue shared = new Queue();
      int after = run(60, shared, shared, 2, 0, 1);
      assertTrue(after > 0, "seed " + seed + ", world " + i);
      assertEquals(0, delays.correlation(0, 2), "seed " + seed + ", world " + i);
      assertEquals(0, delays.correlation(1, 2), "seed " + seed + ", world " + i);
    }
  }

  @Test
  void inAnHourOfQueuesOfTheirOwnNothingIsFound() {
    for (int i = 0; i < WORLDS; i++) {
      restart();
      int pair = i % 3;
      int after = run(3_600, new Queue(), new Queue(), 2, pair == 2 ? 1 : 0, pair == 0 ? 1 : 2);
      assertEquals(-1, after, "seed " + seed + ", world " + i);
    }
  }

  /** Of paths that are asked at other times, and lose a tenth. */
  @Test
  void itIsFoundWhereFewPingsAreSentAtOtherTimesAndSomeAreLost() {
    Queue shared = new Queue();
    int round = 0;
    while (delays.correlation(0, 1) == 0) {
      assertTrue(round++ < 240, "seed " + seed);
      for (int path : new int[] {1, 0}) {
        if (random.nextDouble() < 0.9) {
          delays.sample(now, path, nanos(20 + shared.millis), carried);
        }
        shared.pass(path == 1 ? 0.1 : 4.9);
        now += nanos(path == 1 ? 100 : 4_900);
      }
      carried += 8;
      delays.compare(now);
    }
  }

  /** As where a session carries little; within ten minutes. */
  @ParameterizedTest
  @ValueSource(ints = {1_000, 2_500, 5_000})
  void itIsFoundWhereFewPingsAreSentToo(int pingMillis) {
    long pingNanos = TimeUnit.MILLISECONDS.toNanos(pingMillis);
    for (int i = 0; i < WORLDS / 4; i++) {
      restart();
      Queue shared = new Queue();
      int after = run(600, pingNanos, shared, shared, 2, 0, 1);
      assertTrue(after > 0, "seed " + seed + ", world " + i);
      assertEquals(0, delays.correlation(0, 2), "seed " + seed + ", world " + i);
      restart();
      int none = run(3_600, pingNanos, new Queue(), new Queue(), 2, i % 2, 2);
      assertEquals(-1, none, "seed " + seed + ", world " + i);
    }
  }

  @Test
  void stallsOfThisHostThatAllPathsSeeAreNoQueue() {
    long end = now + TimeUnit.HOURS.toNanos(1);
    long told = now;
    while (now < end) {
      double stall = random.nextDouble() < 0.03 ? 60 : 0;
      for (int path = 0; path < 3; path++) {
        delays.sample(now, path, nanos(20 * (path + 1) + jitter(1.5) + stall), carried);
      }
      carried += 25;
      now += PING_NANOS;
      if (now >= told) {
        told += TELL_NANOS;
        delays.compare(now);
        assertEquals(0, delays.correlation(0, 1), "seed " + seed);
      }
    }
  }

  /** Each line's queue is its own, but all carry the same datagrams at the same times. */
  @Test
  void ourOwnLoadThatAllPathsCarryIsNoQueueOfTheirs() {
    long end = now + TimeUnit.HOURS.toNanos(1);
    long told = now;
    double load = 0;
    while (now < end) {
      load = random.nextDouble() < 0.1 ? 400 * random.nextDouble() : load;
      for (int path = 0; path < 3; path++) {
        delays.sample(now, path, nanos(20 + load / 10 + jitter(4)), carried);
      }
      now += PING_NANOS;
      carried += (long) load;
      if (now >= told) {
        told += TELL_NANOS;
        delays.compare(now);
        assertEquals(0, delays.correlation(0, 1), "seed " + seed);
      }
    }
  }

  @Test
  void linesThatAlwaysTakeTheSameTimeSayNothing() {
    for (int i = 0; i < 1_000; i++) {
      delays.sample(now, 0, nanos(20), carried);
      delays.sample(now, 1, nanos(20), carried);
      now += PING_NANOS;
    }
    delays.compare(now);
    assertEquals(0, delays.correlation(0, 1));
  }

  @Test
  void whatIsOverIsForgotten() {
    Queue shared = new Queue();
    assertTrue(run(60, shared, shared, 2, 0, 1) > 0, "seed " + seed);
    now += TimeUnit.MINUTES.toNanos(5);
    delays.compare(now);
    assertEquals(0, delays.correlation(0, 1));
  }
}
