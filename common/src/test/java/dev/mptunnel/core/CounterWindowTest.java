package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CounterWindowTest {

  private static final int WIDTH = 128;

  private final CounterWindow window = new CounterWindow(WIDTH, false);

  @Test
  void whatHasBeenTakenIsNotNew() {
    window.take(5);
    assertFalse(window.isNew(5));
    assertTrue(window.isNew(4));
    window.take(4);
    assertFalse(window.isNew(4));
  }

  @Test
  void theWindowReachesExactlyItsWidthBack() {
    window.take(5);
    window.take(5 + WIDTH);
    assertTrue(window.isNew(6));
    assertFalse(window.isNew(5));
    assertFalse(window.isNew(4));
  }

  @Test
  void aLeapIsTakenOnceAndMovesNothingUntilASecondOneConfirmsIt() {
    window.take(0);
    long far = 1_000_000;
    assertTrue(window.isNew(far));
    window.take(far);
    assertFalse(window.isNew(far));
    assertEquals(0, window.highest());
    assertTrue(window.isNew(1), "good packets go on being taken");
    window.take(1);
    window.take(far + 3);
    assertEquals(far + 3, window.highest());
    assertFalse(window.isNew(far));
    assertTrue(window.isNew(far + 1));
    assertFalse(window.isNew(2));
  }

  @Test
  void aLeapThatTheWindowComesToByStepsStaysTaken() {
    window.take(0);
    window.take(WIDTH + 50);
    for (long counter = 1; counter <= 2 * WIDTH; counter += 10) {
      if (window.isNew(counter)) {
        window.take(counter);
      }
    }
    assertFalse(window.isNew(WIDTH + 50));
  }

  @Test
  void anAuthenticLeapMovesTheWindowAtOnceSoThatNoneIsTakenTwice() {
    CounterWindow sealed = new CounterWindow(WIDTH, true);
    sealed.take(1_000_000);
    assertEquals(1_000_000, sealed.highest());
    sealed.take(2_000_000);
    assertFalse(sealed.isNew(1_000_000));
    assertFalse(sealed.isNew(2_000_000));
    assertTrue(sealed.isNew(2_000_000 - WIDTH + 1));
  }

  @Test
  void itAgreesWithAPlainSetUnderReorderingAndDuplication() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    Set<Long> taken = new HashSet<>();
    long highest = -1;
    for (int i = 0; i < 200_000; i++) {
      long counter = Math.max(0, highest + random.nextLong(-2 * WIDTH, WIDTH / 2));
      boolean expected = !taken.contains(counter) && counter > highest - WIDTH;
      assertEquals(expected, window.isNew(counter), "seed " + seed + " counter " + counter);
      if (expected) {
        window.take(counter);
        taken.add(counter);
        highest = Math.max(highest, counter);
      }
    }
    assertEquals(taken.size(), window.count());
  }
}
