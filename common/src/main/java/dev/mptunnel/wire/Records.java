package dev.mptunnel.wire;

import java.nio.ByteBuffer;

/**
 * The records of a tunnel, one behind the other. They are numbered from 0 in each direction.
 *
 * <pre>
 *  last:1 | length:15 | frames … | tag
 * </pre>
 *
 * <p>{@code length} is that of what follows, tag included. {@code last} says that it is the last
 * one under its key; the next one is under one that follows from that, and from which it cannot be
 * found again. A record without frames tells only that the tunnel is alive, and that its sender has
 * the keys; it is not counted.
 */
public final class Records {

  /** Bytes before the frames. */
  public static final int HEAD_BYTES = 2;

  /** The longest tag. */
  public static final int MAX_TAG_BYTES = 16;

  /** The longest record, whole. */
  public static final int MAX_BYTES = HEAD_BYTES + StreamFrames.MAX_RECORD_BYTES + MAX_TAG_BYTES;

  private static final int LAST = 0x8000;

  private Records() {}

  /** Writes a record's head where it begins. */
  public static void putHead(ByteBuffer record, int start, int length, boolean last) {
    record.putShort(start, (short) (last ? length | LAST : length));
  }

  /** How many bytes follow the head that stands at the position. */
  public static int length(ByteBuffer record) {
    return record.getShort(record.position()) & ~LAST & 0xffff;
  }

  /** Whether this is the last record under its key. */
  public static boolean isLast(ByteBuffer record) {
    return (record.getShort(record.position()) & LAST) != 0;
  }
}
