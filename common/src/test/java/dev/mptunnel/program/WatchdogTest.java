package dev.mptunnel.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** In simulated time: a tick is half of the time that systemd waits. */
class WatchdogTest {

  private final List<CompletableFuture<Void>> asked = new ArrayList<>();
  private int fed;

  private final Watchdog watchdog =
      new Watchdog(
          () -> {
            asked.add(new CompletableFuture<>());
            return asked.getLast();
          },
          () -> fed++,
          Runnable::run);

  @Test
  void whoAnswersIsAlive() {
    for (int tick = 1; tick <= 10; tick++) {
      watchdog.onTick();
      assertEquals(tick - 1, fed, "asking alone is no answer");
      asked.getLast().complete(null);
      assertEquals(tick, fed);
    }
  }

  @Test
  void whoHangsIsNotAndIsNotAskedAgain() {
    watchdog.onTick();
    asked.getLast().complete(null);
    watchdog.onTick();
    watchdog.onTick();
    watchdog.onTick();
    assertEquals(1, fed);
    assertEquals(2, asked.size(), "a thread that hangs is given no more to do");
  }

  @Test
  void whoAnswersLateIsAliveAgain() {
    watchdog.onTick();
    watchdog.onTick();
    asked.getLast().complete(null);
    assertEquals(1, fed);
    watchdog.onTick();
    asked.getLast().complete(null);
    assertEquals(2, fed);
  }

  @Test
  void whoHasEndedIsNot() {
    watchdog.onTick();
    asked.getLast().completeExceptionally(new RejectedExecutionException("the engine is closed"));
    watchdog.onTick();
    assertEquals(0, fed);
  }
}
