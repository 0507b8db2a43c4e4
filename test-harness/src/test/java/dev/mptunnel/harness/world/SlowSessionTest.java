package dev.mptunnel.harness.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.EndpointSettings.KeySettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkProperties;
import java.util.Collections;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sessions that carry little and ask their paths as seldom: when both ends know of a path that has
 * died, and that lines which lose much are not taken for dead.
 */
class SlowSessionTest {

  private static final int PATHS = 3;
  private static final int HOUR_MILLIS = 3_600_000;

  private final Seed seed = Seed.ofRun();

  private static SimPair pair(Seed seed, String line) {
    return new SimPair(
        seed,
        KeySettings.DEFAULT,
        Collections.nCopies(PATHS, LinkProperties.parse(line)),
        new SimPair.Tap() {});
  }

  private static int downs(SimPair.End end) {
    return end.events(Event.PathDown.class).size();
  }

  /** Every 1 ms means an idle session that is in use again when the path dies. */
  @ParameterizedTest(name = "a datagram every {0} ms, {1} % loss")
  @CsvSource({
    "1, 0, 3500", "50, 0, 3500", "500, 0, 3800", "2000, 0, 9600",
    "1, 10, 3500", "50, 10, 3500", "500, 10, 4700", "2000, 10, 9600"
  })
  void bothEndsFindAPathThatHasDied(int everyMillis, int lossPercent, int withinMillis) {
    long longestNanos = 0;
    for (int i = 0; i < 20; i++) {
      Seed part = seed.part(everyMillis + " " + lossPercent + " " + i);
      RandomGenerator random = part.part("times").generator();
      SimPair pair = pair(part, "delay=20ms loss=" + lossPercent + "%");
      int before = random.nextInt(20_000, 40_000);
      if (everyMillis == 1) {
        pair.exchange(100);
        pair.idle(before);
      } else {
        pair.exchangeUntil(before, everyMillis, () -> false);
        pair.idle(random.nextInt(everyMillis));
      }
      pair.setDown(1, true);
      long diedNanos = pair.now();
      boolean found =
          pair.exchangeUntil(
              60_000, everyMillis, () -> downs(pair.client()) > 0 && downs(pair.server()) > 0);
      assertTrue(found, part.toString());
      longestNanos = Math.max(longestNanos, pair.now() - diedNanos);
    }
    double longestMillis = 1e-6 * longestNanos;
    System.out.printf(
        "every %d ms, %d %% loss: found after %.0f ms at the most (%s)%n",
        everyMillis, lossPercent, longestMillis, seed);
    assertTrue(longestMillis <= withinMillis, longestMillis + " ms, " + seed);
  }

  /**
   * At the worst rate one of three paths is taken for dead, by one of two ends, about once in two
   * hours; and five standard deviations more.
   */
  @ParameterizedTest(name = "a datagram every {0} ms")
  @ValueSource(ints = {250, 500, 5_000})
  void aThirdLostEachWayIsNoDeath(int everyMillis) {
    losing(40, 30, everyMillis, 2, 6);
  }

  @ParameterizedTest(name = "{0} ms each way, {1} % loss, a datagram every {2} ms")
  @CsvSource({
    "300, 30, 250, 3",
    "300, 30, 5000, 3",
    "600, 10, 250, 3",
    "600, 10, 5000, 3",
    "600, 30, 250, 60",
    "600, 30, 5000, 35"
  })
  void norIsItOverLongWays(int delayMillis, int lossPercent, int everyMillis, int most) {
    losing(delayMillis, lossPercent, everyMillis, 1, most);
  }

  @Tag("full")
  @ParameterizedTest(name = "a datagram every {0} ms")
  @ValueSource(ints = {100, 250, 500, 1_000, 5_000})
  void norIsItInADay(int everyMillis) {
    losing(40, 30, everyMillis, 24, 30);
  }

  private void losing(int delayMillis, int lossPercent, int everyMillis, int hours, int most) {
    SimPair pair = pair(seed, "delay=" + delayMillis + "ms loss=" + lossPercent + "%");
    pair.exchangeUntil((long) hours * HOUR_MILLIS, everyMillis, () -> false);
    int downs = downs(pair.client()) + downs(pair.server());
    System.out.printf(
        "%d ms, %d %%, every %d ms: %d false alarms in %d h (%s)%n",
        delayMillis, lossPercent, everyMillis, downs, hours, seed);
    assertTrue(downs <= most, downs + " times down, " + seed);
  }

  @Test
  void noLossIsNoDeathInADayOfIdleness() {
    SimPair pair = pair(seed, "delay=40ms");
    pair.exchange(10);
    pair.idle(24L * HOUR_MILLIS);
    assertEquals(0, downs(pair.client()) + downs(pair.server()));
  }
}
