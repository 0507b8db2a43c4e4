package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class JoiningRuleTest {

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final JoiningRule rule = new JoiningRule(65_536);

  /** Refused joined, and sent alone. */
  private boolean part(int bytes, long now) {
    assertTrue(rule.onRefused(bytes, Errno.EIO, now));
    return rule.onSentAlone(bytes, now);
  }

  @Test
  void aLengthThatOnlyGoesAloneEndsJoiningFromThereOn() {
    assertEquals(65_536, rule.maxBytes());
    assertTrue(rule.isOver(0));
    assertTrue(part(1400, 0));
    assertEquals(1399, rule.maxBytes());
    assertFalse(rule.isOver(0));
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
  void aMinuteAfterTheLastNewsItIsOver() {
    long start = Long.MAX_VALUE - MINUTE / 2;
    part(1400, start);
    part(1400, start + 5);
    assertFalse(rule.isOver(start + 4 + MINUTE));
    assertTrue(rule.isOver(start + 5 + MINUTE));
  }

  @Test
  void eachAddressHasItsOwn() {
    JoiningRules rules = new JoiningRules(65_536);
    InetSocketAddress here = new InetSocketAddress("192.0.2.1", 1);
    InetSocketAddress there = new InetSocketAddress("192.0.2.2", 1);
    assertTrue(rules.onRefused(here, 1400, Errno.EIO, 0));
    assertFalse(rules.onSentAlone(there, 1400, 0));
    assertTrue(rules.onSentAlone(here, 1400, 0));
    assertEquals(1399, rules.maxBytes(here));
    assertEquals(65_536, rules.maxBytes(there));
    rules.onTime(MINUTE - 1);
    assertEquals(1399, rules.maxBytes(here));
    rules.onTime(2 * MINUTE);
    assertEquals(65_536, rules.maxBytes(here));
    assertTrue(rules.isEmpty());
    rules.onRefused(null, 1400, Errno.EIO, 0); // where the socket is connected
    rules.onSentAlone(null, 1400, 0);
    assertEquals(1399, rules.maxBytes(null));
  }

  @Test
  void moreThanAThousandAddressesAreLearntAnew() {
    JoiningRules rules = new JoiningRules(65_536);
    for (int port = 1; port <= 5_000; port++) {
      InetSocketAddress to = new InetSocketAddress("192.0.2.1", port);
      rules.onRefused(to, 1400, Errno.EIO, 0);
      rules.onSentAlone(to, 1400, 0);
      assertEquals(1399, rules.maxBytes(to));
    }
    assertEquals(65_536, rules.maxBytes(new InetSocketAddress("192.0.2.1", 1)));
  }

  @Test
  void oneThatGoesNeitherWayTellsNothing() {
    assertTrue(rule.onRefused(1400, Errno.EMSGSIZE, 0));
    assertFalse(rule.onSentAlone(7, 0), "the shorter one at the end");
    assertEquals(65_536, rule.maxBytes());
  }

  /** As where a firewall lets nothing out for a while: EPERM, joined or alone. */
  @Test
  void aRuleThatLearntNothingEndsToo() {
    JoiningRules rules = new JoiningRules(65_536);
    assertTrue(rules.onRefused(null, 1400, Errno.EPERM, 0));
    rules.onTime(MINUTE - 1);
    assertTrue(rules.onSentAlone(null, 1400, MINUTE - 1), "until then it may learn");
    assertTrue(rules.onRefused(null, 1200, Errno.EPERM, MINUTE));
    rules.onTime(2 * MINUTE);
    assertTrue(rules.isEmpty(), "and costs nothing any more");
  }

  @Test
  void whereMemoryLackedTheyGoAloneAndAreJoinedTheNextTime() {
    for (int error : new int[] {Errno.ENOBUFS, Errno.ENOMEM}) {
      assertTrue(rule.onRefused(1400, Errno.EINVAL, 0));
      assertTrue(rule.onRefused(1400, error, 0));
      assertFalse(rule.onSentAlone(1400, 0));
    }
    assertEquals(65_536, rule.maxBytes());
  }

  @Test
  void otherErrorsAreOfTheDatagramsThemselves() {
    assertFalse(rule.onRefused(1400, Errno.ECONNREFUSED, 0));
    assertEquals(65_536, rule.maxBytes());
  }
}
