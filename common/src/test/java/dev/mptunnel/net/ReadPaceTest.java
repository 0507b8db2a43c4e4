package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReadPaceTest {

  private static final long MILLI = 1_000_000;

  private final ReadPace pace = new ReadPace();
  private long now = 5 * MILLI;

  /**
   * @return how many of so many reads are followed by a rest
   */
  private int rests(int reads, long gapNanos, int bytes) {
    int rests = 0;
    for (int i = 0; i < reads; i++) {
      now += gapNanos;
      rests += pace.restsAfter(now, bytes) ? 1 : 0;
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
  void aBulkTransferInSmallPiecesRestsUntilItPauses() {
    assertTrue(rests(100, MILLI, 1_448) > 60);
    assertTrue(rests(100, MILLI, 64 << 10) == 0, "large pieces");
    assertTrue(rests(2, MILLI, 1_448) == 2, "it is still one");
    now += 20 * MILLI;
    assertTrue(rests(30, MILLI, 1_448) == 0, "after a pause");
  }
}
