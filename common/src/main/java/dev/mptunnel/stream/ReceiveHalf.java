package dev.mptunnel.stream;

import dev.mptunnel.wire.StreamFrames;
import java.nio.ByteBuffer;

/** The way of a connection on which bytes come: which may, and how they end. */
final class ReceiveHalf {

  private static final long NO_END = Long.MAX_VALUE - 1;

  private final ReceiveBuffer buffer = new ReceiveBuffer();
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
    if (to < 0 || to > limit || to > end) {
      return false;
    }
    buffer.put(offset, bytes);
    isHeldUp |= to > limit - window / 16 && readableBytes() <= window / 4;
    return true;
  }

  /** The bytes end there. @return false if they cannot */
  boolean finish(long atEnd) {
    boolean isPossible = end == NO_END ? atEnd >= buffer.highest() : atEnd == end;
    if (isPossible) {
      end = atEnd;
    }
    return isPossible && atEnd <= limit;
  }

  // --- the application's side ---

  /** Bytes that may be read. */
  long readableBytes() {
    return buffer.readableBytes();
  }

  /** Whether the end has come and all before it was read. */
  boolean isDone() {
    return buffer.readBytes() == end;
  }

  /** Moves as much as there is, and as there is room for. @return how much that was */
  int read(ByteBuffer into) {
    return buffer.read(into);
  }

  // --- credit ---

  /** Whether the peer should hear that more may be sent: it could soon be held up. */
  boolean isCreditDue() {
    return end == NO_END && buffer.readBytes() + window - limit >= window / 2;
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
    long read = buffer.readBytes();
    if (read - markedRead >= window) {
      boolean isSmall = isHeldUp || now - markedNanos <= soonNanos;
      if (isSmall && window < StreamLimits.MAX_WINDOW_BYTES) {
        grown = Math.min(Math.min(window, mayGrow), StreamLimits.MAX_WINDOW_BYTES - window);
        grown -= grown % StreamLimits.RECEIVE_BLOCK_BYTES;
        window += grown;
      }
      isHeldUp = false;
      markedRead = read;
      markedNanos = now;
    }
    limit = Math.max(limit, read + window);
    return grown;
  }

  long readBytes() {
    return buffer.readBytes();
  }

  long limit() {
    return limit;
  }

  /** There was no room even for the first window; nothing is taken. */
  void giveUpFirstWindow() {
    window = 0;
  }

  /** What the peer can make it keep, which is taken of the room for all. */
  long mostKeptBytes() {
    return ReceiveBuffer.mostKeptBytes(window);
  }

  /** How much the window is larger than a first one. */
  long grownBytes() {
    return Math.max(0, window - StreamFrames.FIRST_LIMIT);
  }

  /** Memory that it takes, in bytes. */
  long keptBytes() {
    return buffer.keptBytes();
  }

  /** Nothing of it can be read any more. */
  void clear() {
    buffer.clear();
  }
}
