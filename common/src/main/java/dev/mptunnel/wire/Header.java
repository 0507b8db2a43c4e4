package dev.mptunnel.wire;

import java.nio.ByteBuffer;

/**
 * The 16 bytes in clear that open every DATA and every PATH packet, in network byte order.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+-----------------------------------------------+
 *  |     type      |                                               |
 *  +---------------+         session id (64)                       +
 *  |                                                               |
 *  +               +---------------+-------------------------------+
 *  |               |     epoch     |   DATA: counter (48)          |
 *  +---------------+---------------+   PATH: path (8),             +
 *  |                                         counter (40)          |
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>All methods read and write relative to the buffer's position, which they leave where it is;
 * the buffer must be big-endian, as a new {@link ByteBuffer} is, and hold {@link #LENGTH} bytes.
 */
public final class Header {

  /** Bytes in a header. */
  public static final int LENGTH = 16;

  /** Where the session id stands in every packet of every type. */
  public static final int SESSION_ID_OFFSET = 1;

  /** Where the epoch stands in every packet of every type. */
  public static final int EPOCH_OFFSET = 9;

  /** The first value that a DATA counter cannot hold. */
  public static final long DATA_COUNTER_LIMIT = 1L << 48;

  /** The first value that a PATH counter cannot hold. */
  public static final long PATH_COUNTER_LIMIT = 1L << 40;

  /** Stands in place of a path where the sender does not know which one it is. */
  public static final int NO_PATH = 0xff;

  private static final int LAST_EIGHT_OFFSET = 8;

  private Header() {}

  /** Writes the header of a DATA packet. */
  public static void putData(
      ByteBuffer packet, boolean fromInitiator, long sessionId, int epoch, long counter) {
    put(packet, PacketType.encode(PacketType.DATA, fromInitiator), sessionId, epoch, counter);
  }

  /** Writes the header of a PATH packet. */
  public static void putPath(
      ByteBuffer packet, boolean fromInitiator, long sessionId, int epoch, int path, long counter) {
    byte type = PacketType.encode(PacketType.PATH, fromInitiator);
    put(packet, type, sessionId, epoch, (long) path << 40 | counter);
  }

  private static void put(ByteBuffer packet, byte type, long sessionId, int epoch, long low48) {
    int start = packet.position();
    packet.put(start, type);
    packet.putLong(start + SESSION_ID_OFFSET, sessionId);
    packet.put(start + EPOCH_OFFSET, (byte) epoch);
    packet.putShort(start + EPOCH_OFFSET + 1, (short) (low48 >>> 32));
    packet.putInt(start + EPOCH_OFFSET + 3, (int) low48);
  }

  /** The session id, in a packet of any type. */
  public static long sessionId(ByteBuffer packet) {
    return packet.getLong(packet.position() + SESSION_ID_OFFSET);
  }

  /** The epoch, 0 to 255, in a packet of any type. */
  public static int epoch(ByteBuffer packet) {
    return packet.get(packet.position() + EPOCH_OFFSET) & 0xff;
  }

  /** The counter of a DATA packet. */
  public static long dataCounter(ByteBuffer packet) {
    return packet.getLong(packet.position() + LAST_EIGHT_OFFSET) & (DATA_COUNTER_LIMIT - 1);
  }

  /** The path, 0 to 255, of a PATH packet. */
  public static int path(ByteBuffer packet) {
    return packet.get(packet.position() + EPOCH_OFFSET + 1) & 0xff;
  }

  /** The counter of a PATH packet. */
  public static long pathCounter(ByteBuffer packet) {
    return packet.getLong(packet.position() + LAST_EIGHT_OFFSET) & (PATH_COUNTER_LIMIT - 1);
  }
}
