package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReadPaceTest {

  private static final long MILLI = 1_000_000;

  private final ReadPace pace = new ReadPace();
  private long now = 5 * MILLI;

  /**
   * Reads what comes evenly.
   *
   * @param gapNanos between two packets, or messages
   * @param bytes of each
   * @return how many reads are followed by a rest
   */
  private int rests(int packets, long gapNanos, int bytes) {
    int rests = 0;
    int waiting = 0;
    long free = now;
    for (int i = 0; i < packets; i++) {
      now += gapNanos;
      waiting += bytes;
      if (now >= free) {
        boolean isRest = pace.restsAfter(now, waiting);
        free = isRest ? now + ReadPace.REST_NANOS : now;
        rests += isRest ? 1 : 0;
        waiting = 0;
      }
    }
    return rests;
  }

  @Test
  void whatComesNowAndThenIsReadAtOnce() {
    assertFalse(pace.restsAfter(now, 1));
    assertTrue(rests(1_000, 10 * MILLI, 100) == 0, "keystrokes");
    assertTrue(rests(30, MILLI / 10, 1_448) == 0, "an answer");
  }

  @Test
  void shortMessagesThatFollowEachOtherAreReadAtOnce() {
    assertTrue(rests(1_000, MILLI / 5, 200) == 0);
    rests(100, MILLI, 1_448);
    assertTrue(rests(1_000, MILLI / 5, 200) == 0, "behind a bulk transfer");
  }

  @Test
  void whatIsAskedAndAnsweredInTurnRestsNextToNever() {
    int rests = 0;
    for (int i = 0; i < 3_300; i++) {
      now += MILLI; // the next one comes when this one was answered
      if (pace.restsAfter(now, 1_448)) {
        rests++;
        now += ReadPace.REST_NANOS - MILLI;
      }
    }
    assertTrue(rests <= 100, rests + " rests");
  }

  @Test
  void aBulkTransferInSmallPiecesRestsUntilItPauses() {
    assertTrue(rests(1_000, MILLI / 4, 1_448) > 50);
    assertTrue(rests(1_000, MILLI, 64 << 10) == 0, "large pieces");
    assertTrue(rests(100, MILLI / 4, 1_448) > 2);
    now += 20 * MILLI;
    assertTrue(rests(30, MILLI / 4, 1_448) == 0, "after a pause");
  }
}
