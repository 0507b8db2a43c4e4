package dev.mptunnel.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteQueueTest {

  private static final int MOST = 50_000;

  /** Numbered bytes go in and out in pieces of all sizes, by either of the ways there are. */
  @Test
  void givesBackWhatItWasGivenInOrder() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    ByteQueue queue = new ByteQueue();
    long in = 0;
    long out = 0;
    for (int turn = 0; turn < 20_000; turn++) {
      String where = "seed " + seed + ", turn " + turn;
      int count = random.nextInt(random.nextBoolean() ? 40 : 30_000);
      if (random.nextBoolean()) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.min(count, MOST - queue.size()));
        in = number(bytes, in);
        queue.put(bytes.flip(), MOST - queue.size());
      } else if (random.nextBoolean()) {
        ByteBuffer into = ByteBuffer.allocate(count);
        queue.take(into);
        out = check(into.flip(), out, where);
      } else if (queue.size() > 0) {
        ByteBuffer first = queue.first();
        first.limit(first.position() + Math.min(count, first.remaining()));
        queue.taken(first.remaining());
        out = check(first, out, where);
      } else if (count > 0) {
        ByteBuffer space = queue.space(count);
        int filled = random.nextInt(space.remaining() + 1);
        in = number(space.limit(space.position() + filled), in);
        queue.added(filled);
      }
      assertEquals(in - out, queue.size(), where);
    }
    queue.clear();
    assertEquals(0, queue.size());
    assertNull(queue.first(), "it holds nothing");
  }

  private static long number(ByteBuffer bytes, long from) {
    long next = from;
    while (bytes.hasRemaining()) {
      bytes.put((byte) (next++ * 31));
    }
    return next;
  }

  private static long check(ByteBuffer bytes, long from, String where) {
    long next = from;
    while (bytes.hasRemaining()) {
      assertEquals((byte) (next++ * 31), bytes.get(), where);
    }
    return next;
  }
}
