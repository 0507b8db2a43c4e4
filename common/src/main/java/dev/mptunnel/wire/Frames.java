package dev.mptunnel.wire;

import java.nio.ByteBuffer;
import java.util.function.IntUnaryOperator;

/**
 * How frames follow each other, whatever they carry. Each has a head, and is skipped by its length
 * if its type is not known; see {@link DataFrames}.
 *
 * <pre>
 *  type:8 | length:16 | fields, length bytes in all
 * </pre>
 */
final class Frames {

  static final int HEAD_BYTES = 3;

  /** Takes frames of one kind of packet or record. */
  interface Reader<H> {

    /**
     * A frame, with at least as many bytes of fields as its type has.
     *
     * @param fields from position to limit
     * @param handler of the types
     * @return false if it is malformed
     */
    boolean read(int type, ByteBuffer fields, H handler);
  }

  private Frames() {}

  /** Appends the head of a frame, which so many bytes are to follow. */
  static ByteBuffer putHead(ByteBuffer to, int type, int lengthBytes) {
    return to.put((byte) type).putShort((short) lengthBytes);
  }

  /**
   * Reads the frames between position and limit.
   *
   * @param leastBytes of fields that a frame of a type has; 0 for one that is not known
   * @return false if a frame is malformed; those before it have been handled
   */
  static <H> boolean read(
      ByteBuffer frames, IntUnaryOperator leastBytes, Reader<H> reader, H handler) {
    int end = frames.limit();
    while (frames.hasRemaining()) {
      if (frames.remaining() < HEAD_BYTES) {
        return false;
      }
      int type = frames.get() & 0xff;
      int length = frames.getShort() & 0xffff;
      if (length > frames.remaining() || length < leastBytes.applyAsInt(type)) {
        return false;
      }
      int next = frames.position() + length;
      boolean isWellFormed = reader.read(type, frames.limit(next), handler);
      frames.limit(end).position(next);
      if (!isWellFormed) {
        return false;
      }
    }
    return true;
  }
}
