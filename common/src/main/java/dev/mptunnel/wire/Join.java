package dev.mptunnel.wire;

import java.nio.ByteBuffer;

/**
 * What makes a TCP connection a tunnel of a session: the initiator of the session, who dials, says
 * JOIN, and the responder ACCEPT. Records ({@link Records}) follow both ways.
 *
 * <pre>
 *  JOIN    type:8 | session id:64 | epoch:8 | version:8 | tunnel:32 | nonce:128 | mac:128
 *  ACCEPT  type:8 | session id:64 | life:64 | nonce:128 | mac:128
 * </pre>
 *
 * <p>Type and session id stand where they do in every packet, so that a bridge finds the server.
 * The epoch is one whose keys the initiator has; {@code tunnel} is a number that no tunnel of the
 * session had before. {@code life} is a random number of the responder's, the same for all tunnels
 * that lead to the same connections: another one means that it has forgotten them.
 *
 * <p>The macs are by a key that follows from the epoch's {@link TunnelSecret}: that of a JOIN over
 * what stands before it, that of an ACCEPT over the JOIN and what stands before it. A JOIN can be
 * repeated by who has seen it; as the keys of the records follow from both nonces, a tunnel counts
 * only once a record has opened.
 */
public final class Join {

  /** Bytes of a JOIN. */
  public static final int JOIN_BYTES = 47;

  /** Bytes of an ACCEPT. */
  public static final int ACCEPT_BYTES = 49;

  /** Bytes of type and session id. */
  public static final int HEAD_BYTES = 9;

  /** Bytes of a mac. */
  public static final int MAC_BYTES = 16;

  /** Bytes of a nonce. */
  public static final int NONCE_BYTES = 16;

  private static final int EPOCH_OFFSET = 9;
  private static final int VERSION_OFFSET = 10;
  private static final int TUNNEL_OFFSET = 11;
  private static final int LIFE_OFFSET = 9;

  private Join() {}

  /** A JOIN but for its mac, which is zero. */
  public static byte[] join(long sessionId, int epoch, int tunnel, byte[] nonce) {
    ByteBuffer join = ByteBuffer.allocate(JOIN_BYTES);
    join.put(PacketType.encode(PacketType.JOIN, true)).putLong(sessionId);
    join.put((byte) epoch).put((byte) Handshake.VERSION).putInt(tunnel).put(nonce);
    return join.array();
  }

  /** An ACCEPT but for its mac, which is zero. */
  public static byte[] accept(long sessionId, long life, byte[] nonce) {
    ByteBuffer accept = ByteBuffer.allocate(ACCEPT_BYTES);
    accept.put(PacketType.encode(PacketType.JOIN, false)).putLong(sessionId);
    accept.putLong(life).put(nonce);
    return accept.array();
  }

  /** Whether an initiator may have begun like this, in a version that we speak. */
  public static boolean isJoin(byte[] message) {
    return message.length == JOIN_BYTES
        && message[0] == PacketType.encode(PacketType.JOIN, true)
        && message[VERSION_OFFSET] == Handshake.VERSION;
  }

  /** Whether a responder may have answered like this. */
  public static boolean isAccept(byte[] message, long sessionId) {
    return message.length == ACCEPT_BYTES
        && message[0] == PacketType.encode(PacketType.JOIN, false)
        && sessionId(message) == sessionId;
  }

  /** The session id of either. */
  public static long sessionId(byte[] message) {
    return ByteBuffer.wrap(message).getLong(Header.SESSION_ID_OFFSET);
  }

  /** A JOIN's epoch, 0 to 255. */
  public static int epoch(byte[] join) {
    return join[EPOCH_OFFSET] & 0xff;
  }

  /** A JOIN's tunnel. */
  public static int tunnel(byte[] join) {
    return ByteBuffer.wrap(join).getInt(TUNNEL_OFFSET);
  }

  /** An ACCEPT's life. */
  public static long life(byte[] accept) {
    return ByteBuffer.wrap(accept).getLong(LIFE_OFFSET);
  }

  /** The nonce of either. */
  public static byte[] nonce(byte[] message) {
    byte[] nonce = new byte[NONCE_BYTES];
    System.arraycopy(message, message.length - MAC_BYTES - NONCE_BYTES, nonce, 0, NONCE_BYTES);
    return nonce;
  }
}
