package dev.mptunnel.wire;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The two messages that open an epoch in plain mode. Random incarnation numbers stand where a
 * sealed handshake has its keys.
 *
 * <pre>
 *  INIT      type:8 | session id:64 | epoch:8 | version:8 | mode:8 |
 *            initiator's incarnation:64 | zero:64 | CRC32C:32
 *  RESPONSE  type:8 | session id:64 | epoch:8 | version:8 | mode:8 |
 *            initiator's incarnation:64 | responder's incarnation:64 | CRC32C:32
 * </pre>
 *
 * <p>Both are {@link #LENGTH} bytes, so that an answer is never larger than what it answers. The
 * initiator names the epoch, one that it does not use; both incarnations enter every check sum of
 * the epoch ({@link PlainProtection}), so that an epoch number used again after a restart never
 * takes in what was sent under the old one.
 *
 * <p>All methods read and write relative to the buffer's position, which they leave where it is.
 */
public final class PlainHandshake {

  /** Bytes in either message. */
  public static final int LENGTH = 32;

  /** The version of the wire format that this code speaks. */
  public static final int VERSION = 1;

  /** The mode byte of plain mode. */
  public static final int MODE_PLAIN = 0;

  private static final int VERSION_OFFSET = 10;
  private static final int MODE_OFFSET = 11;
  private static final int INITIATOR_OFFSET = 12;
  private static final int RESPONDER_OFFSET = 20;
  private static final int CHECK_OFFSET = 28;

  private PlainHandshake() {}

  /** Writes an INIT and sets the buffer's limit behind it. */
  public static void putInit(
      ByteBuffer packet, boolean fromInitiator, long sessionId, int epoch, long incarnation) {
    byte type = PacketType.encode(PacketType.HANDSHAKE_INIT, fromInitiator);
    put(packet, type, sessionId, epoch, incarnation, 0);
  }

  /** Writes a RESPONSE and sets the buffer's limit behind it. */
  public static void putResponse(
      ByteBuffer packet,
      boolean fromInitiator,
      long sessionId,
      int epoch,
      long initiatorIncarnation,
      long responderIncarnation) {
    byte type = PacketType.encode(PacketType.HANDSHAKE_RESPONSE, fromInitiator);
    put(packet, type, sessionId, epoch, initiatorIncarnation, responderIncarnation);
  }

  private static void put(
      ByteBuffer packet, byte type, long sessionId, int epoch, long initiator, long responder) {
    int start = packet.position();
    packet.limit(start + LENGTH);
    packet.put(start, type);
    packet.putLong(start + Header.SESSION_ID_OFFSET, sessionId);
    packet.put(start + Header.EPOCH_OFFSET, (byte) epoch);
    packet.put(start + VERSION_OFFSET, (byte) VERSION);
    packet.put(start + MODE_OFFSET, (byte) MODE_PLAIN);
    packet.putLong(start + INITIATOR_OFFSET, initiator);
    packet.putLong(start + RESPONDER_OFFSET, responder);
    packet.putInt(start + CHECK_OFFSET, check(packet));
  }

  /** Whether this is undamaged and of our version and mode. */
  public static boolean isValid(ByteBuffer packet) {
    int start = packet.position();
    return packet.remaining() == LENGTH
        && packet.get(start + VERSION_OFFSET) == VERSION
        && packet.get(start + MODE_OFFSET) == MODE_PLAIN
        && packet.getInt(start + CHECK_OFFSET) == check(packet);
  }

  /** The initiator's incarnation number, in either message. */
  public static long initiatorIncarnation(ByteBuffer packet) {
    return packet.getLong(packet.position() + INITIATOR_OFFSET);
  }

  /** The responder's incarnation number, in a RESPONSE. */
  public static long responderIncarnation(ByteBuffer packet) {
    return packet.getLong(packet.position() + RESPONDER_OFFSET);
  }

  private static int check(ByteBuffer packet) {
    CRC32C crc = new CRC32C();
    crc.update(packet.slice(packet.position(), CHECK_OFFSET));
    return (int) crc.getValue();
  }
}
