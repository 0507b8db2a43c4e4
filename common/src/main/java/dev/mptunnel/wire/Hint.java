package dev.mptunnel.wire;

import java.nio.ByteBuffer;

/**
 * What a responder answers a DATA or PATH packet of a session that it does not know, as after a
 * restart: the header of that packet, and a check under a key that only the responder can make and
 * the initiator was given under seal. The initiator then starts a handshake, rather than wait until
 * silence has told it. (A stateless reset, RFC 9000, section 10.3, that ends nothing.)
 *
 * <pre>
 *  HINT  type:8 | session id:64 | answered type:8, its bytes 9 to 15:56 | check:128
 * </pre>
 *
 * <p>All methods read and write relative to the buffer's position, which they leave where it is.
 */
public final class Hint {

  /** Bytes in all, fewer than any DATA or PATH packet of sealed mode has. */
  public static final int LENGTH = 33;

  private static final int ANSWERED_OFFSET = 9;
  private static final int CHECK_OFFSET = 17;

  private Hint() {}

  /** Writes a HINT and sets the buffer's limit behind it. */
  public static void put(ByteBuffer packet, boolean fromInitiator, byte[] header, byte[] check) {
    int start = packet.position();
    packet.limit(start + LENGTH);
    packet.put(start, PacketType.encode(PacketType.HINT, fromInitiator));
    packet.put(start + Header.SESSION_ID_OFFSET, header, Header.SESSION_ID_OFFSET, Long.BYTES);
    packet.put(start + ANSWERED_OFFSET, header[0]);
    packet.put(start + ANSWERED_OFFSET + 1, header, Header.EPOCH_OFFSET, 7);
    packet.put(start + CHECK_OFFSET, check, 0, Handshake.MAC_BYTES);
  }

  /** The whole header of the packet that is answered, {@link Header#LENGTH} bytes. */
  public static byte[] answered(ByteBuffer packet) {
    int start = packet.position();
    byte[] header = new byte[Header.LENGTH];
    header[0] = packet.get(start + ANSWERED_OFFSET);
    packet.get(start + Header.SESSION_ID_OFFSET, header, Header.SESSION_ID_OFFSET, Long.BYTES);
    packet.get(start + ANSWERED_OFFSET + 1, header, Header.EPOCH_OFFSET, 7);
    return header;
  }

  /** A copy of the check. */
  public static byte[] check(ByteBuffer packet) {
    return Handshake.bytes(packet, CHECK_OFFSET, Handshake.MAC_BYTES);
  }
}
