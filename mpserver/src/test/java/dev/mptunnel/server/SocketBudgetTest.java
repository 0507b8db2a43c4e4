package dev.mptunnel.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SocketBudgetTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private long open = 70;
  private int counted;

  private final SocketBudget budget =
      new SocketBudget(
          100,
          () -> {
            counted++;
            return open;
          });

  @Test
  void aQuarterIsNotForDestinations() {
    for (int i = 0; i < 5; i++) {
      assertTrue(budget.take(0, i));
    }
    open = 75;
    assertFalse(budget.take(0, "bob"));
    assertFalse(budget.take(SECOND, "bob"));
    open = 74;
    assertFalse(budget.take(2 * SECOND - 1, "bob"), "not counted again so soon");
    assertTrue(budget.take(2 * SECOND, "bob"));
    assertFalse(budget.take(2 * SECOND, "carol"));
    assertEquals(3, counted);
  }

  @Test
  void oneClientHasNoMoreThanAreLeft() {
    open = 35;
    assertEquals(20, asMany("mallory"));
    assertEquals(10, asMany("eve"));
    assertTrue(budget.take(0, "bob"));
    budget.giveBack("mallory");
    budget.giveBack("mallory");
    open = 64;
    assertTrue(budget.take(SECOND, "bob"));
    assertFalse(budget.take(SECOND, "mallory"), "it has more than are left");
    open = 50;
    assertTrue(budget.take(2 * SECOND, "mallory"));
  }

  private int asMany(String who) {
    int count = 0;
    while (budget.take(0, who)) {
      count++;
    }
    return count;
  }

  @Test
  void aProcessHasRoom() {
    assertTrue(SocketBudget.ofProcess().take(0, "bob"));
  }
}
