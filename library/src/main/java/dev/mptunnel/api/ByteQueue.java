package dev.mptunnel.api;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** Bytes between two threads, in order; empty it holds no memory. Guarded by its owner's lock. */
final class ByteQueue {

  private static final int LEAST_BLOCK_BYTES = 512;
  private static final int MOST_BLOCK_BYTES = 16 << 10;

  /** Each from its position to its limit; the last may be continued. */
  private final ArrayDeque<ByteBuffer> blocks = new ArrayDeque<>();

  private int size;

  int size() {
    return size;
  }

  /** Where to put so many bytes, or fewer; {@link #added} says how many were. */
  ByteBuffer space(int bytes) {
    ByteBuffer last = blocks.peekLast();
    if (last == null || last.limit() == last.capacity()) {
      last = ByteBuffer.allocate(Math.clamp(bytes, LEAST_BLOCK_BYTES, MOST_BLOCK_BYTES)).limit(0);
      blocks.add(last);
    }
    int from = last.limit();
    return last.duplicate().limit(from + Math.min(bytes, last.capacity() - from)).position(from);
  }

  /** So many bytes were put into the space that was asked for last. */
  void added(int bytes) {
    ByteBuffer last = blocks.getLast();
    last.limit(last.limit() + bytes);
    size += bytes;
    dropEmpty();
  }

  /** Takes bytes in, so many at most. @return how many */
  int put(ByteBuffer from, int most) {
    int before = from.remaining();
    for (int left = Math.min(most, before); left > 0; ) {
      ByteBuffer space = space(left);
      int count = space.remaining();
      space.put(from.slice(from.position(), count));
      from.position(from.position() + count);
      added(count);
      left -= count;
    }
    return before - from.remaining();
  }

  /** The first of them, or null; {@link #taken} says how many of these are to go. */
  ByteBuffer first() {
    return blocks.isEmpty() ? null : blocks.getFirst().duplicate();
  }

  /** So many of the first go. */
  void taken(int bytes) {
    ByteBuffer first = blocks.getFirst();
    first.position(first.position() + bytes);
    size -= bytes;
    dropEmpty();
  }

  private void dropEmpty() {
    if (!blocks.isEmpty() && !blocks.getFirst().hasRemaining()) {
      blocks.removeFirst();
    }
  }

  /** Hands bytes out, as many as there are and as there is room for. @return how many */
  int take(ByteBuffer into) {
    int before = into.remaining();
    while (into.hasRemaining() && size > 0) {
      ByteBuffer first = first();
      int count = Math.min(first.remaining(), into.remaining());
      into.put(first.limit(first.position() + count));
      taken(count);
    }
    return before - into.remaining();
  }

  void clear() {
    blocks.clear();
    size = 0;
  }
}
