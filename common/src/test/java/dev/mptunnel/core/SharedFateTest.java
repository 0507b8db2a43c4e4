package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SharedFateTest {

  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);
  private final SharedFate fate = new SharedFate();
  private boolean inBurst;

  @Test
  void pathsOfTheirOwnHaveNothingInCommonHoweverMuchTheyLose() {
    for (int i = 0; i < 200_000; i++) {
      fate.add(arrival(0, 0.3) | arrival(1, 0.3) | arrival(2, 0.05));
    }
    assertEquals(0, fate.share(0, 1), () -> "seed " + seed);
    assertEquals(0, fate.share(0, 2), () -> "seed " + seed);
  }

  @Test
  void twoThatShareTheirBurstsAreToldApartFromTheThird() {
    for (int i = 0; i < 20_000; i++) {
      boolean shared = burst();
      fate.add((shared ? 0 : arrival(0, 0.02) | arrival(1, 0.05)) | arrival(2, 0.1));
    }
    assertTrue(fate.share(0, 1) > 0.7, () -> fate.share(0, 1) + ", seed " + seed);
    assertEquals(fate.share(0, 1), fate.share(1, 0));
    assertEquals(0, fate.share(0, 2), () -> "seed " + seed);
  }

  @Test
  void pathsThatAreNotInUseLoseNothing() {
    for (int i = 0; i < 10_000; i++) {
      boolean dark = i / 1_000 % 2 == 0;
      fate.add(arrival(0, 0.1) | (dark ? 0 : arrival(1, 0.1) | arrival(2, 0.1)));
    }
    assertEquals(0, fate.share(1, 2), () -> "seed " + seed);
    assertEquals(0, fate.share(0, 31));
  }

  @Test
  void whatIsOverIsForgotten() {
    for (int i = 0; i < 100_000; i++) {
      fate.add(burst() ? 0b100 : 0b111);
    }
    assertTrue(fate.share(0, 1) > 0.9, () -> "seed " + seed);
    for (int i = 0; i < 1_000_000; i++) {
      fate.add(arrival(0, 0.1) | arrival(1, 0.1) | 0b100);
    }
    assertEquals(0, fate.share(0, 1), () -> "seed " + seed);
  }

  private int arrival(int path, double loss) {
    return random.nextDouble() < loss ? 0 : 1 << path;
  }

  /** Bursts of 8 packets in the mean, a tenth of all. */
  private boolean burst() {
    inBurst = inBurst ? random.nextDouble() >= 1.0 / 8 : random.nextDouble() < 1.0 / 72;
    return inBurst;
  }
}
