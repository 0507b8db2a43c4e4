package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class ArrivalClockTest {

  private static final long MILLI = 1_000_000;
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  private long now = 5 * HOUR;
  private long timeOfDay = 500_000 * HOUR;

  /** How long it takes to read a clock. */
  private long readingNanos;

  private final ArrivalClock clock = new ArrivalClock(this::readClock, this::readTimeOfDay);

  private long readClock() {
    pass(readingNanos);
    return now;
  }

  private long readTimeOfDay() {
    pass(readingNanos);
    return timeOfDay;
  }

  private void pass(long nanos) {
    now += nanos;
    timeOfDay += nanos;
  }

  @Test
  void aStampTellsHowLongADatagramHasWaited() {
    long stamp = timeOfDay;
    long arrived = now;
    pass(3 * MILLI);
    clock.look();
    assertEquals(arrived, clock.arrivedNanos(stamp));
  }

  @Test
  void withoutAStampItHasJustArrived() {
    pass(3 * MILLI);
    clock.look();
    assertEquals(now, clock.arrivedNanos(0));
  }

  @Test
  void whatWasStampedBeforeTheTimeOfDayWasSetHasJustArrived() {
    for (long step : new long[] {HOUR, 10 * MILLI, -10 * MILLI, -HOUR}) {
      long stamp = timeOfDay;
      pass(MILLI);
      timeOfDay += step;
      pass(MILLI);
      clock.look();
      assertEquals(now, clock.arrivedNanos(stamp), "set by " + step);
      long later = timeOfDay;
      long arrived = now;
      pass(2 * MILLI);
      clock.look();
      assertEquals(arrived, clock.arrivedNanos(later), "and after it stamps count again");
      assertEquals(now, clock.arrivedNanos(stamp), "but not those of before");
      pass(HOUR);
      clock.look();
    }
  }

  @Test
  void noArrivalIsOfTheFutureOrOfLongAgoWhateverTheClocksDo() {
    long seed = System.nanoTime();
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int i = 0; i < 20_000; i++) {
      readingNanos = random.nextInt(4) == 0 ? random.nextLong(MILLI) : random.nextLong(50);
      long stamp = timeOfDay;
      if (random.nextInt(3) == 0) {
        timeOfDay += random.nextLong(-HOUR, HOUR);
      }
      pass(random.nextLong(10 * MILLI));
      if (random.nextInt(3) == 0) {
        stamp = random.nextLong();
      }
      clock.look();
      long waited = now - clock.arrivedNanos(stamp);
      assertTrue(waited >= 0 && waited <= TimeUnit.SECONDS.toNanos(1), waited + ", seed " + seed);
    }
  }

  @Test
  void slowReadingIsNoSetting() {
    readingNanos = 20;
    clock.look();
    for (int i = 0; i < 100; i++) {
      readingNanos = i % 2 == 0 ? 5 * MILLI : 20;
      long stamp = timeOfDay;
      long arrived = now;
      pass(MILLI);
      clock.look();
      assertEquals(
          (double) arrived, (double) clock.arrivedNanos(stamp), 40, "the difference is known well");
    }
  }
}
