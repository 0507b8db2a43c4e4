package dev.mptunnel.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RefusedDestinationsTest {

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final RefusedDestinations refused = new RefusedDestinations();

  @Test
  void eachIsToldOnceToEachClient() {
    assertTrue(refused.isNews(0, "alice", "a.test:1"));
    assertFalse(refused.isNews(1, "alice", "a.test:1"));
    assertTrue(refused.isNews(2, "bob", "a.test:1"));
    assertTrue(refused.isNews(3, "alice", "a.test:2"));
    assertFalse(refused.isNews(100 * MINUTE, "alice", "a.test:1"));
  }

  @Test
  void notTooManyAreToldAMinute() {
    int told = 0;
    for (int i = 0; i < 10_000; i++) {
      told += refused.isNews(i, "alice", "a.test:" + i) ? 1 : 0;
    }
    assertEquals(RefusedDestinations.A_MINUTE, told);
    assertTrue(refused.isNews(10_000, "bob", "a.test:1"), "alice has not used up what is bob's");
    assertTrue(refused.isNews(MINUTE, "alice", "a.test:9999"), "not told yet");
  }
}
