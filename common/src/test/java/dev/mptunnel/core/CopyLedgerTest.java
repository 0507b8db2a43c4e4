package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CopyLedgerTest {

  private final Path[] paths = {
    new Path(null, 0, "a", 0, null),
    new Path(null, 1, "b", 1, null),
    new Path(null, 2, "c", 2, null)
  };
  private final CopyLedger ledger = new CopyLedger(1 << 16);

  @Test
  void thePathThatComesFirstWinsAndTheOneThatComesAloneSaves() {
    ledger.first(0, paths[0]);
    ledger.further(0, paths[1], paths);
    ledger.first(1, paths[0]);
    ledger.first(2, paths[2]);
    assertEquals(2, paths[0].report().wins());
    assertEquals(1, paths[0].report().saves());
    assertEquals(0, paths[1].report().saves());
    assertEquals(1, paths[2].report().saves());
  }

  @Test
  void aCopyDoubledByTheNetworkIsToldApart() {
    ledger.first(0, paths[0]);
    assertFalse(ledger.further(0, paths[0], paths));
    assertTrue(ledger.further(0, paths[1], paths));
    assertFalse(ledger.further(0, paths[1], paths));
    assertEquals(0, paths[0].report().saves());
  }

  @Test
  void itLearnsToRememberAsFarBackAsTheSlowestPathIsLate() {
    carry(0, 10_000, 3_000);
    long whileLearning = paths[0].report().saves();
    carry(10_000, 100_000, 3_000);
    assertEquals(whileLearning, paths[0].report().saves());
  }

  /** Path a brings each counter at once, path b so many later. */
  private void carry(long from, long to, int late) {
    for (long counter = from; counter < to; counter++) {
      ledger.first(counter, paths[0]);
      if (counter >= late) {
        ledger.further(counter - late, paths[1], paths);
      }
    }
  }
}
