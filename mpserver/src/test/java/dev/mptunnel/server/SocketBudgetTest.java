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
      assertTrue(budget.take(0));
    }
    open = 75;
    assertFalse(budget.take(0));
    assertFalse(budget.take(SECOND));
    open = 74;
    assertFalse(budget.take(2 * SECOND - 1), "not counted again so soon");
    assertTrue(budget.take(2 * SECOND));
    assertFalse(budget.take(2 * SECOND));
    assertEquals(3, counted);
  }

  @Test
  void aProcessHasRoom() {
    assertTrue(SocketBudget.ofProcess().take(0));
  }
}
