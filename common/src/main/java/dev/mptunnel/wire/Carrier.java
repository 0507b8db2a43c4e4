package dev.mptunnel.wire;

import java.nio.ByteBuffer;

/**
 * A TCP connection that carries packets where UDP does not get through. It begins with a head, by
 * which a bridge finds the server; packets follow both ways, as they would travel over UDP, each
 * with its length before it.
 *
 * <pre>
 *  CARRIER  type:8 | session id:64
 *           length:16 | packet …
 * </pre>
 */
public final class Carrier {

  /** Bytes of the head. */
  public static final int HEAD_BYTES = 9;

  /** Bytes before each packet. */
  public static final int LENGTH_BYTES = 2;

  private Carrier() {}

  /** What a carrier of a session begins with. */
  public static byte[] head(long sessionId) {
    return ByteBuffer.allocate(HEAD_BYTES)
        .put(PacketType.encode(PacketType.CARRIER, true))
        .putLong(sessionId)
        .array();
  }
}
