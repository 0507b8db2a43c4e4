package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BusyPollTest {

  private static final long MICRO = 1_000;
  private static final long WHILE = 50 * MICRO;

  private final BusyPoll poll = new BusyPoll(WHILE);
  private long now = 1;
  private long askingNanos;
  private long sleeps;

  /** As an engine does that asks once a microsecond, until something comes. */
  private void pause(long nanos) {
    poll.onTraffic(now);
    long comes = now + nanos;
    while (now < comes && poll.isDue(now)) {
      now += MICRO;
      askingNanos += MICRO;
    }
    if (now < comes) {
      sleeps++;
      now = comes;
    }
  }

  private void pauses(int count, long nanos) {
    askingNanos = 0;
    sleeps = 0;
    for (int i = 0; i < count; i++) {
      pause(nanos);
    }
  }

  @Test
  void whereTheNextOneIsThereInTimeNobodySleeps() {
    pauses(10_000, 30 * MICRO);
    assertEquals(0, sleeps);
  }

  @Test
  void itIsAskedForSoLongAfterTrafficAndNotAnyMore() {
    poll.onTraffic(now);
    assertTrue(poll.isDue(now));
    assertTrue(poll.isDue(now + WHILE - 1));
    assertFalse(poll.isDue(now + WHILE));
    assertFalse(poll.isDue(now + WHILE + 1));
    assertFalse(poll.isDue(now), "sleeping");
  }

  @Test
  void whereItNeverIsHardlyAnyTimeIsBurnt() {
    pauses(10_000, 200 * MICRO);
    assertEquals(10_000, sleeps);
    double share = (double) askingNanos / (10_000 * 200 * MICRO);
    assertTrue(share < 0.01, "burnt " + share);
  }

  @Test
  void itIsFoundOutWhenTrafficGrowsDenseAgain() {
    pauses(1_000, 200 * MICRO);
    pauses(100, 30 * MICRO);
    assertTrue(sleeps <= 32, sleeps + " sleeps");
    pauses(1_000, 30 * MICRO);
    assertEquals(0, sleeps);
  }

  @Test
  void whereEveryThirdIsInTimeItGoesOn() {
    for (int i = 0; i < 3_000; i++) {
      pause(i % 3 == 0 ? 10 * MICRO : 400 * MICRO);
    }
    assertTrue(sleeps < 2_100, sleeps + " sleeps");
  }

  @Test
  void offIsOff() {
    assertFalse(new BusyPoll(0).isOn());
    assertTrue(poll.isOn());
  }
}
