package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CopyLedgerTest {

  private final PathSet paths = new PathSet();
  private final SharedFate fate = new SharedFate();
  private final CopyLedger ledger = new CopyLedger(1 << 16);

  @BeforeEach
  void addPaths() {
    for (int id = 0; id < 3; id++) {
      paths.add(new Path(null, id, "path " + id, 0, id, null));
    }
  }

  @Test
  void thePathThatComesFirstWinsAndTheOneThatComesAloneSaves() {
    ledger.first(0, 0, paths.get(0), fate);
    ledger.further(0, paths.get(1), paths);
    ledger.first(1, 1, paths.get(0), fate);
    ledger.first(2, 2, paths.get(2), fate);
    assertEquals(2, paths.get(0).report(false).wins());
    assertEquals(1, paths.get(0).report(false).saves());
    assertEquals(0, paths.get(1).report(false).saves());
    assertEquals(1, paths.get(2).report(false).saves());
  }

  @Test
  void aCopyDoubledByTheNetworkIsToldApart() {
    ledger.first(0, 0, paths.get(0), fate);
    assertFalse(ledger.further(0, paths.get(0), paths));
    assertTrue(ledger.further(0, paths.get(1), paths));
    assertFalse(ledger.further(0, paths.get(1), paths));
    assertEquals(0, paths.get(0).report(false).saves());
  }

  @Test
  void aPacketThatAnUnknownAddressBroughtFirstIsNoPathsToSave() {
    ledger.first(0, 0, null, fate);
    ledger.further(0, paths.get(0), paths);
    ledger.further(0, paths.get(1), paths);
    assertEquals(0, paths.get(0).report(false).wins());
    assertEquals(0, paths.get(0).report(false).saves());
    assertEquals(0, paths.get(1).report(false).saves());
  }

  /** As one that has slipped through a check sum: {@link CounterWindow} believes no such leap. */
  @Test
  void oneThatIsNotBelievedTakesNoMemoryFromTheOthers() {
    ledger.first(0, 0, paths.get(0), fate);
    ledger.first(1L << 40, 0, paths.get(1), fate);
    assertTrue(ledger.further(0, paths.get(2), paths));
    assertEquals(0, paths.get(0).report(false).saves());
    assertFalse(ledger.further(0, paths.get(2), paths));
  }

  @Test
  void copiesThatWereLateBeforeTheMemoryGrewTakeNoSaveBack() {
    for (long counter = 0; counter < 1_000; counter++) {
      ledger.first(counter, counter, paths.get(0), fate);
    }
    ledger.further(500, paths.get(1), paths); // too old to be remembered, so the memory grows
    ledger.further(501, paths.get(1), paths);
    ledger.further(501, paths.get(2), paths);
    assertEquals(0, paths.get(1).report(false).saves());
  }

  @Test
  void itLearnsToRememberAsFarBackAsTheSlowestPathIsLate() {
    carry(0, 10_000, 3_000);
    long whileLearning = paths.get(0).report(false).saves();
    carry(10_000, 100_000, 3_000);
    assertEquals(whileLearning, paths.get(0).report(false).saves());
  }

  /** Path a brings each counter at once, path b so many later. */
  private void carry(long from, long to, int late) {
    for (long counter = from; counter < to; counter++) {
      ledger.first(counter, counter, paths.get(0), fate);
      if (counter >= late) {
        ledger.further(counter - late, paths.get(1), paths);
      }
    }
  }
}
