package dev.mptunnel.wire;

import java.nio.ByteBuffer;

/**
 * What a responder under load sends in place of a RESPONSE: a cookie that follows from the address
 * that the INIT came from, sealed under a key that follows from the responder's public key, the
 * INIT's mac1 as associated data. Sent again with mac2 made by it, the INIT is taken.
 *
 * <pre>
 *  COOKIE  type:8 | session id:64 | nonce:96 | sealed cookie:128 | tag:128
 * </pre>
 *
 * <p>All methods read and write relative to the buffer's position, which they leave where it is.
 */
public final class Cookie {

  /** Bytes in all, fewer than any INIT has. */
  public static final int LENGTH = 53;

  /** Bytes of the nonce. */
  public static final int NONCE_BYTES = 12;

  private static final int NONCE_OFFSET = 9;
  private static final int SEALED_OFFSET = NONCE_OFFSET + NONCE_BYTES;

  private Cookie() {}

  /** Writes a COOKIE and sets the buffer's limit behind it. */
  public static void put(
      ByteBuffer packet, boolean fromInitiator, long sessionId, byte[] nonce, byte[] sealed) {
    int start = packet.position();
    packet.limit(start + LENGTH);
    packet.put(start, PacketType.encode(PacketType.COOKIE, fromInitiator));
    packet.putLong(start + Header.SESSION_ID_OFFSET, sessionId);
    packet.put(start + NONCE_OFFSET, nonce);
    packet.put(start + SEALED_OFFSET, sealed);
  }

  /** A copy of the nonce. */
  public static byte[] nonce(ByteBuffer packet) {
    return Handshake.bytes(packet, NONCE_OFFSET, NONCE_BYTES);
  }

  /** A copy of the sealed cookie and its tag. */
  public static byte[] sealed(ByteBuffer packet) {
    return Handshake.bytes(packet, SEALED_OFFSET, LENGTH - SEALED_OFFSET);
  }
}
