package dev.mptunnel.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The two messages that open an epoch, whatever stands in their bodies.
 *
 * <pre>
 *  INIT      type:8 | session id:64 | epoch:8 | version:8 | mode:8 | body … | mac1:128 | mac2:128
 *  RESPONSE  type:8 | session id:64 | epoch:8 | version:8 | mode:8 | body … | address token:64 | mac1:128
 *
 *  body         of an INIT                           of a RESPONSE
 *  plain        incarnation:64 | zero:192            initiator's incarnation:64 | responder's:64 | status:8
 *  sealed       Noise message 1, 96 bytes            Noise message 2, 65 bytes
 * </pre>
 *
 * <p>A RESPONSE is never larger than the INIT that it answers. mac1 is over all that stands before
 * it, under a key that follows from the responder's public key: whoever does not know that gets no
 * answer. mac2 is the same, mac1 included, under a {@link Cookie}, or zero. The address token
 * shows, when it comes back in a {@link PathFrames} RESPONSE, that packets to where this one was
 * sent arrive there.
 *
 * <p>Type, session id, epoch, version, and mac1 at its distance from the end stand where they do in
 * every version, so that ends of different versions can tell each other so: a RESPONSE of another
 * version has no body.
 *
 * <p>All methods read and write relative to the buffer's position, which they leave where it is.
 */
public final class Handshake {

  /** The version of the wire format that this code speaks. */
  public static final int VERSION = 1;

  /** Nothing is secret; see {@link PlainProtection}. */
  public static final int MODE_PLAIN = 0;

  /** Sealed with AES-256-GCM. */
  public static final int MODE_AES_256 = 1;

  /** Sealed with AES-128-GCM. */
  public static final int MODE_AES_128 = 2;

  /** Bytes before the body. */
  public static final int HEAD_BYTES = 12;

  /** Bytes of mac1, mac2 and a cookie. */
  public static final int MAC_BYTES = 16;

  /** Bytes of an address token. */
  public static final int TOKEN_BYTES = 8;

  /** Bytes behind an INIT's body. */
  public static final int INIT_TRAILER_BYTES = 2 * MAC_BYTES;

  /** Bytes behind a RESPONSE's body. */
  public static final int RESPONSE_TRAILER_BYTES = TOKEN_BYTES + MAC_BYTES;

  /** The longest body that is read: more than any version needs. */
  public static final int MAX_BODY_BYTES = 1_024;

  private static final int VERSION_OFFSET = 10;
  private static final int MODE_OFFSET = 11;

  private Handshake() {}

  /** The first {@link #HEAD_BYTES} of an INIT or RESPONSE. */
  public static byte[] head(byte type, long sessionId, int epoch, int version, int mode) {
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
    head.put(type).putLong(sessionId).put((byte) epoch).put((byte) version).put((byte) mode);
    return head.array();
  }

  /** Whether an INIT, or a RESPONSE, may be as long as this packet is. */
  public static boolean fits(ByteBuffer packet, int trailerBytes) {
    int body = packet.remaining() - HEAD_BYTES - trailerBytes;
    return body >= 0 && body <= MAX_BODY_BYTES;
  }

  /** The version that the sender speaks, 0 to 255. */
  public static int version(ByteBuffer packet) {
    return packet.get(packet.position() + VERSION_OFFSET) & 0xff;
  }

  /** The mode, 0 to 255. */
  public static int mode(ByteBuffer packet) {
    return packet.get(packet.position() + MODE_OFFSET) & 0xff;
  }

  /** A copy of what stands before the trailer: head and body. */
  public static byte[] message(ByteBuffer packet, int trailerBytes) {
    return bytes(packet, 0, packet.remaining() - trailerBytes);
  }

  /** Head and body. */
  public static byte[] message(byte[] head, byte[] body) {
    byte[] message = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, message, head.length, body.length);
    return message;
  }

  /** A copy of the body of a {@link #message}. */
  public static byte[] body(byte[] message) {
    return Arrays.copyOfRange(message, HEAD_BYTES, message.length);
  }

  /** Where mac1 stands in an INIT, counted from its start. */
  public static int mac1Offset(ByteBuffer init) {
    return init.remaining() - INIT_TRAILER_BYTES;
  }

  /** Whether an INIT shows a cookie: its mac2, right or wrong, is not zero. */
  public static boolean hasMac2(ByteBuffer init) {
    int offset = init.limit() - MAC_BYTES;
    return (init.getLong(offset) | init.getLong(offset + Long.BYTES)) != 0;
  }

  /** The address token of a RESPONSE. */
  public static long addressToken(ByteBuffer response) {
    return response.getLong(response.limit() - RESPONSE_TRAILER_BYTES);
  }

  /** A copy of some bytes of a packet, counted from its start. */
  public static byte[] bytes(ByteBuffer packet, int from, int length) {
    byte[] bytes = new byte[length];
    packet.get(packet.position() + from, bytes);
    return bytes;
  }
}
