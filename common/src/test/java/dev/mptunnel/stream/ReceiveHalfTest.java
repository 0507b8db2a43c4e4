package dev.mptunnel.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.wire.StreamFrames;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReceiveHalfTest {

  private static final int SECOND = 1_000_000_000;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final ReceiveHalf half = new ReceiveHalf();

  private boolean take(byte[] all, int from, int to) {
    return half.take(from, ByteBuffer.wrap(all, from, to - from));
  }

  @Test
  void piecesThatOverlapInAnyWayMakeTheWhole() {
    for (int round = 0; round < 200; round++) {
      ReceiveHalf each = new ReceiveHalf();
      byte[] all = new byte[1 + random.nextInt(3_000)];
      random.nextBytes(all);
      byte[] read = new byte[all.length];
      int count = 0;
      while (count < all.length) {
        int from = random.nextInt(all.length);
        int to = from + random.nextInt(all.length - from + 1);
        assertTrue(each.take(from, ByteBuffer.wrap(all, from, to - from)), "seed " + seed);
        if (random.nextInt(20) == 0) {
          assertTrue(
              each.take(count, ByteBuffer.wrap(all, count, Math.min(9, all.length - count))));
        }
        ByteBuffer into = ByteBuffer.wrap(read, count, random.nextInt(all.length - count + 1));
        count += each.read(into);
      }
      assertArrayEquals(all, read, "seed " + seed);
      assertEquals(0, each.readableBytes());
      assertTrue(each.finish(all.length));
      assertTrue(each.isDone());
      assertEquals(0, each.keptBytes());
    }
  }

  @Test
  void everySecondByteTakesNoMoreThanAnyOther() {
    byte[] all = new byte[StreamFrames.FIRST_LIMIT];
    random.nextBytes(all);
    ByteBuffer into = ByteBuffer.allocate(all.length);
    take(all, 0, 100);
    assertEquals(99, half.read(into.limit(99)), "not where a block begins");
    for (int i = 101; i < all.length; i += 2) {
      assertTrue(take(all, i, i + 1));
    }
    assertEquals(1, half.readableBytes());
    assertTrue(half.keptBytes() <= half.mostKeptBytes(), half.keptBytes() + " bytes");
    for (int i = 100; i < all.length; i += 2) {
      assertTrue(take(all, i, i + 1));
    }
    half.read(into.limit(all.length));
    assertArrayEquals(all, into.array(), "seed " + seed);
    assertEquals(0, half.keptBytes());
  }

  @Test
  void ofAFarByteNoMoreIsTakenThanItsWindow() {
    byte[] all = new byte[1 << 20];
    ByteBuffer into = ByteBuffer.allocate(all.length);
    for (int from = 0, to = 0; to < all.length / 2; from = to) {
      to = (int) half.limit();
      take(all, from, to);
      half.read(into.clear());
      half.grant(0, SECOND, Long.MAX_VALUE);
    }
    int first = (int) half.limit() - 1;
    for (int i = first; half.take(i, ByteBuffer.allocate(1)); i -= 1_000) {
      assertTrue(half.keptBytes() <= half.mostKeptBytes(), half.keptBytes() + " bytes");
      if (i < 1_000) {
        break;
      }
    }
    half.clear();
    assertEquals(0, half.read(into.clear()), "nothing is left");
    assertEquals(0, half.keptBytes());
  }

  @Test
  void whatWasNotAllowedIsRefused() {
    int limit = StreamFrames.FIRST_LIMIT;
    byte[] all = new byte[limit + 1];
    assertFalse(take(all, limit, limit + 1));
    assertFalse(half.take(Long.MAX_VALUE - 2, ByteBuffer.allocate(100)));
    assertTrue(take(all, 0, 100));
    assertTrue(take(all, 200, 300));
    assertFalse(half.finish(299), "an end before what has come");
    assertTrue(half.finish(400));
    assertFalse(half.finish(401), "another end");
    assertFalse(take(all, 350, 401), "beyond the end");
    assertTrue(take(all, 350, 400));
  }

  @Test
  void aWindowGrowsForAReaderThatKeepsUpOnly() {
    byte[] all = new byte[1 << 20];
    ByteBuffer into = ByteBuffer.allocate(all.length);
    int from = 0;
    long now = SECOND;
    for (int i = 0; i < 8; i++) {
      int to = (int) half.limit();
      assertTrue(take(all, from, to));
      assertFalse(half.isCreditDue(), "nothing was read");
      half.read(into.clear());
      assertTrue(half.isCreditDue());
      now += i < 4 ? SECOND / 100 : SECOND;
      half.grant(now, SECOND / 20, Long.MAX_VALUE);
      from = to;
    }
    assertEquals(7 * StreamFrames.FIRST_LIMIT, half.grownBytes(), "doubled three times");
    long grown = half.grownBytes();
    take(all, from, (int) half.limit());
    half.read(into.clear());
    half.grant(now, SECOND, 0);
    assertEquals(grown, half.grownBytes(), "there is no memory for more");
  }

  @Test
  void aWindowGrowsWhereWhatComesOutOfOrderUsesItUp() {
    byte[] all = new byte[4 * StreamFrames.FIRST_LIMIT];
    ByteBuffer into = ByteBuffer.allocate(all.length);
    int window = StreamFrames.FIRST_LIMIT;
    assertTrue(take(all, window / 2, window));
    assertTrue(take(all, 0, window / 2));
    half.read(into.clear());
    half.grant(10L * SECOND, SECOND / 20, Long.MAX_VALUE);
    assertEquals(window, half.grownBytes(), "the first half was late, and the peer had no credit");

    assertTrue(take(all, window + window / 2, (int) half.limit() - window / 2));
    assertTrue(take(all, window, window + window / 2));
    half.read(into.clear());
    half.grant(20L * SECOND, SECOND / 20, Long.MAX_VALUE);
    int from = 2 * window + window / 2;
    assertTrue(take(all, from, from + 1));
    half.read(into.clear());
    half.grant(30L * SECOND, SECOND / 20, Long.MAX_VALUE);
    assertEquals(window, half.grownBytes(), "the peer still had credit");
  }
}
