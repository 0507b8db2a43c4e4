package dev.mptunnel.harness.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A datagram that has not come in its time is lost, and is told once. */
class LossLedgerTest {

  private static final long SECOND = 1_000_000_000;

  private final BitSet arrived = new BitSet();
  private final LossLedger ledger = new LossLedger(this::missing, 100, 0);

  private BitSet missing(int from, int until) {
    BitSet missing = arrived.get(from, until);
    missing.flip(0, until - from);
    return missing;
  }

  @Test
  void whatHasStillTimeIsNotLost() {
    ledger.mark(110, SECOND);
    assertEquals(List.of(), ledger.due(LossLedger.TIME_NANOS + SECOND - 1));
    arrived.set(100, 110);
    assertEquals(List.of(), ledger.due(LossLedger.TIME_NANOS + SECOND));
  }

  @Test
  void whatIsMissingIsNamedOnceWithItsTime() {
    ledger.mark(110, SECOND);
    ledger.mark(120, 2 * SECOND);
    arrived.set(100, 120);
    arrived.clear(113, 116);
    arrived.clear(119);
    List<LossLedger.Loss> losses = ledger.due(LossLedger.TIME_NANOS + 2 * SECOND);
    assertEquals(1, losses.size());
    LossLedger.Loss loss = losses.getFirst();
    assertEquals(4, loss.count());
    assertEquals("113-115, 119", loss.numbers());
    assertEquals(SECOND, loss.fromNanos());
    assertEquals(2 * SECOND, loss.untilNanos());
    assertEquals(List.of(), ledger.due(LossLedger.TIME_NANOS + 3 * SECOND));
  }

  @Test
  void whatWasSentBeforeIsNotLookedAt() {
    ledger.mark(100, SECOND);
    assertEquals(List.of(), ledger.due(LossLedger.TIME_NANOS + SECOND));
  }

  @Test
  void ofManyHolesTheFirstAreNamed() {
    ledger.mark(120, SECOND);
    for (int i = 100; i < 120; i += 2) {
      arrived.set(i);
    }
    LossLedger.Loss loss = ledger.due(LossLedger.TIME_NANOS + SECOND).getFirst();
    assertEquals(10, loss.count());
    assertEquals("101, 103, 105, 107, 109, 111, …", loss.numbers());
  }
}
