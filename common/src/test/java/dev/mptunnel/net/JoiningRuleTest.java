package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class JoiningRuleTest {

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final JoiningRule rule = new JoiningRule(65_536);

  /** Refused joined, and sent alone. */
  private boolean part(int bytes, long now) {
    assertTrue(rule.onRefused(bytes, Errno.EIO));
    return rule.onSentAlone(bytes, now);
  }

  @Test
  void aLengthThatOnlyGoesAloneEndsJoiningFromThereOn() {
    assertEquals(65_536, rule.maxBytes());
    assertFalse(rule.isLimited());
    assertTrue(part(1400, 0));
    assertEquals(1399, rule.maxBytes());
    assertTrue(rule.isLimited());
  }

  @Test
  void aLengthCountsOnceHoweverManyMessagesHadIt() {
    for (int i = 0; i < 10; i++) {
      assertTrue(part(1400, 0));
      assertTrue(part(1500, 0), "longer than what is joined any more");
    }
    assertEquals(1399, rule.maxBytes());
  }

  @Test
  void afterThreeLengthsNoneIsJoined() {
    part(1400, 0);
    part(1200, 0);
    assertEquals(1199, rule.maxBytes());
    part(100, 0);
    assertEquals(0, rule.maxBytes());
  }

  @Test
  void aMinuteAfterTheLastNewsAllAreJoinedAgain() {
    for (long start : new long[] {Long.MAX_VALUE - MINUTE / 2, 0}) {
      part(1400, start);
      part(1400, start + 5);
      rule.onTime(start + 4 + MINUTE);
      assertEquals(1399, rule.maxBytes());
      rule.onTime(start + 5 + MINUTE);
      assertEquals(65_536, rule.maxBytes());
      part(1200, start);
      part(1000, start);
      assertEquals(999, rule.maxBytes(), "it counts from the beginning");
      rule.onTime(start + MINUTE);
    }
  }

  @Test
  void oneThatGoesNeitherWayTellsNothing() {
    assertTrue(rule.onRefused(1400, Errno.EMSGSIZE));
    assertFalse(rule.onSentAlone(7, 0), "the shorter one at the end");
    assertEquals(65_536, rule.maxBytes());
  }

  @Test
  void whereMemoryLackedTheyGoAloneAndAreJoinedTheNextTime() {
    for (int error : new int[] {Errno.ENOBUFS, Errno.ENOMEM}) {
      assertTrue(rule.onRefused(1400, Errno.EINVAL));
      assertTrue(rule.onRefused(1400, error));
      assertFalse(rule.onSentAlone(1400, 0));
    }
    assertEquals(65_536, rule.maxBytes());
  }

  @Test
  void otherErrorsAreOfTheDatagramsThemselves() {
    assertFalse(rule.onRefused(1400, Errno.ECONNREFUSED));
    assertFalse(rule.onRefused(1400, Errno.EPERM));
    assertEquals(65_536, rule.maxBytes());
  }
}
