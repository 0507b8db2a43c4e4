package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReadPaceTest {

  private static final long MILLI = 1_000_000;

  private final ReadPace pace = new ReadPace();
  private long now = 5 * MILLI;

  private int reads;
  private int rests;
  private int waiting;
  private long restEnd = Long.MIN_VALUE;

  private void read(long at) {
    reads++;
    if (pace.restsAfter(at, waiting)) {
      rests++;
      restEnd = at + ReadPace.REST_NANOS;
    }
    waiting = 0;
  }

  /** Ends the rests that are over by then. */
  private void endRest(long until) {
    while (restEnd != Long.MIN_VALUE && restEnd <= until) {
      long end = restEnd;
      restEnd = Long.MIN_VALUE;
      pace.onRested(end);
      if (waiting > 0) {
        read(end);
      }
    }
  }

  private void arrive(int packets, long gapNanos, int bytes) {
    for (int i = 0; i < packets; i++) {
      now += gapNanos;
      endRest(now);
      waiting += bytes;
      if (restEnd == Long.MIN_VALUE) {
        read(now);
      }
    }
  }

  /**
   * Reads what comes evenly.
   *
   * @param gapNanos between two packets, or messages
   * @param bytes of each
   * @return how many reads are followed by a rest
   */
  private int rests(int packets, long gapNanos, int bytes) {
    int before = rests;
    arrive(packets, gapNanos, bytes);
    return rests - before;
  }

  @Test
  void whatComesNowAndThenIsReadAtOnce() {
    assertFalse(pace.restsAfter(now, 1));
    assertEquals(0, rests(1_000, 10 * MILLI, 100), "keystrokes");
    assertEquals(0, rests(30, MILLI / 10, 1_448), "an answer");
  }

  @Test
  void shortMessagesThatFollowEachOtherAreReadAtOnce() {
    assertEquals(0, rests(1_000, MILLI / 5, 200));
    rests(100, MILLI, 1_448);
    assertEquals(0, rests(1_000, MILLI / 5, 200), "behind a bulk transfer");
  }

  @Test
  void whatIsAskedAndAnsweredInTurnRestsNextToNever() {
    for (int i = 0; i < 3_300; i++) {
      now += MILLI; // the next one comes when this one was answered
      endRest(now);
      waiting += 1_448;
      if (restEnd == Long.MIN_VALUE) {
        read(now);
      } else {
        endRest(restEnd);
      }
    }
    assertTrue(rests <= 100, rests + " rests");
  }

  @Test
  void aBulkTransferInSmallPiecesRestsUntilItIsOver() {
    assertTrue(rests(1_000, MILLI / 4, 1_448) > 50);
    assertEquals(0, rests(1_000, MILLI, 64 << 10), "large pieces");
    now += 200 * MILLI;
    assertEquals(0, rests(30, MILLI / 4, 1_448), "after a pause");
  }

  @Test
  void streamsThatTakeTurnsOnALineRest() {
    arrive(200, MILLI / 4, 1_448);
    reads = 0;
    for (int turn = 0; turn < 100; turn++) {
      now += 8 * MILLI;
      arrive(11, MILLI / 4, 1_448);
    }
    assertTrue(reads < 350, reads + " reads of 1,100 packets");
  }
}
