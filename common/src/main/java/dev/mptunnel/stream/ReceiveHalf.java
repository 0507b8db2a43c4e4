package dev.mptunnel.stream;

import dev.mptunnel.wire.StreamFrames;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;

/** The bytes of a connection that have come, put in order, until the application has read them. */
final class ReceiveHalf {

  /** So many pieces may wait for what is before them: more are not made by an honest peer. */
  private static final int MAX_PIECES = 8_192;

  private static final long NO_END = Long.MAX_VALUE - 1;

  private final TreeMap<Long, byte[]> pieces = new TreeMap<>();
  private final ArrayDeque<ByteBuffer> inOrder = new ArrayDeque<>();
  private long pieceBytes;
  private long received;
  private long read;
  private long limit = StreamFrames.FIRST_LIMIT;
  private long window = StreamFrames.FIRST_LIMIT;
  private long markedRead;
  private long markedNanos;
  private long end = NO_END;

  /** Whether the peer has used nearly all that it may send, and not since the reader is slow. */
  private boolean isHeldUp;

  /**
   * Takes bytes.
   *
   * @return false if they may not be sent
   */
  boolean take(long offset, ByteBuffer bytes) {
    long to = offset + bytes.remaining();
    if (to < 0 || to > limit || to > end || pieces.size() >= MAX_PIECES) {
      return false;
    }
    long from = Math.max(offset, received);
    Map.Entry<Long, byte[]> before = pieces.floorEntry(from);
    if (before != null) {
      from = Math.max(from, before.getKey() + before.getValue().length);
    }
    while (from < to) {
      Map.Entry<Long, byte[]> after = pieces.ceilingEntry(from);
      long until = after == null ? to : Math.min(to, after.getKey());
      if (until > from) {
        keep(from, bytes.slice(bytes.position() + (int) (from - offset), (int) (until - from)));
      }
      from = after == null ? to : Math.max(until, after.getKey() + after.getValue().length);
    }
    while (!pieces.isEmpty() && pieces.firstKey() == received) {
      byte[] piece = pieces.pollFirstEntry().getValue();
      pieceBytes -= piece.length;
      append(ByteBuffer.wrap(piece));
    }
    isHeldUp |= to > limit - window / 16 && readableBytes() <= window / 4;
    return true;
  }

  private void keep(long offset, ByteBuffer bytes) {
    if (offset == received) {
      append(bytes);
      return;
    }
    byte[] piece = new byte[bytes.remaining()];
    bytes.get(piece);
    pieces.put(offset, piece);
    pieceBytes += piece.length;
  }

  /** Adds what is next: to the last block, so that many small ones do not take much. */
  private void append(ByteBuffer bytes) {
    received += bytes.remaining();
    while (bytes.hasRemaining()) {
      ByteBuffer last = inOrder.peekLast();
      if (last == null || last.limit() == last.capacity()) {
        last = ByteBuffer.allocate(StreamLimits.BLOCK_BYTES).limit(0);
        inOrder.add(last);
      }
      int count = Math.min(bytes.remaining(), last.capacity() - last.limit());
      int from = last.limit();
      last.limit(from + count);
      last.put(from, bytes, bytes.position(), count);
      bytes.position(bytes.position() + count);
    }
  }

  /** The bytes end there. @return false if they cannot */
  boolean finish(long atEnd) {
    boolean isPossible = end == NO_END ? atEnd >= highest() : atEnd == end;
    if (isPossible) {
      end = atEnd;
    }
    return isPossible && atEnd <= limit;
  }

  private long highest() {
    return pieces.isEmpty() ? received : pieces.lastKey() + pieces.lastEntry().getValue().length;
  }

  // --- the application's side ---

  /** Bytes that may be read. */
  long readableBytes() {
    return received - read;
  }

  /** Whether the end has come and all before it was read. */
  boolean isDone() {
    return read == end;
  }

  /** Moves as much as there is, and as there is room for. @return how much that was */
  int read(ByteBuffer into) {
    int before = into.position();
    while (into.hasRemaining() && !inOrder.isEmpty()) {
      ByteBuffer first = inOrder.getFirst();
      int count = Math.min(into.remaining(), first.remaining());
      into.put(into.position(), first, first.position(), count);
      into.position(into.position() + count);
      first.position(first.position() + count);
      if (!first.hasRemaining()) {
        inOrder.removeFirst();
      }
    }
    int count = into.position() - before;
    read += count;
    return count;
  }

  // --- credit ---

  /** Whether the peer should hear that more may be sent: it could soon be held up. */
  boolean isCreditDue() {
    return end == NO_END && read + window - limit >= window / 2;
  }

  /**
   * Raises the limit as far as the window goes. A reader that reads a window's worth sooner than
   * the window could hold nothing up gets a larger one, and so does one that is quick enough while
   * its peer was held up, as where tunnels lose and what the others bring waits.
   *
   * @param soonNanos a few round trips, of the slowest tunnel too: what comes on the others while
   *     it brings something must have room
   * @param mayGrow how many bytes larger the window may become
   * @return how much larger it became
   */
  long grant(long now, long soonNanos, long mayGrow) {
    long grown = 0;
    if (read - markedRead >= window) {
      boolean isSmall = isHeldUp || now - markedNanos <= soonNanos;
      if (isSmall && window < StreamLimits.MAX_WINDOW_BYTES) {
        grown = Math.min(Math.min(window, mayGrow), StreamLimits.MAX_WINDOW_BYTES - window);
        window += grown;
      }
      isHeldUp = false;
      markedRead = read;
      markedNanos = now;
    }
    limit = Math.max(limit, read + window);
    return grown;
  }

  long limit() {
    return limit;
  }

  /** There was no room even for the first window; nothing is taken. */
  void giveUpFirstWindow() {
    window = 0;
  }

  /** What was taken for it of the room for all. */
  long windowBytes() {
    return window;
  }

  /** How much the window is larger than a first one. */
  long grownBytes() {
    return Math.max(0, window - StreamFrames.FIRST_LIMIT);
  }

  /** Memory that it takes, in bytes. */
  long keptBytes() {
    return pieceBytes + (long) inOrder.size() * StreamLimits.BLOCK_BYTES;
  }

  /** Nothing of it can be read any more. */
  void clear() {
    pieces.clear();
    inOrder.clear();
    pieceBytes = 0;
  }
}
