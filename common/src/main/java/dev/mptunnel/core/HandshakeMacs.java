package dev.mptunnel.core;

import dev.mptunnel.crypto.Aead;
import dev.mptunnel.crypto.Hkdf;
import dev.mptunnel.crypto.Hmac;
import dev.mptunnel.wire.Cookie;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What stands around the messages of a handshake: mac1, by which our peers' are told from
 * strangers' before anything costly is done, mac2, and the sealing of cookies (WireGuard, section
 * 5.4.4 and 5.4.7, with HMAC-SHA-256 and AES-GCM in place of BLAKE2s and XChaCha20).
 */
final class HandshakeMacs {

  private static final byte[] NO_MAC = new byte[Handshake.MAC_BYTES];

  private final Hmac mac1;
  private final Aead cookies;

  /**
   * @param macKey see {@link Security#macKey}
   */
  HandshakeMacs(byte[] macKey) {
    mac1 = new Hmac(macKey);
    cookies = new Aead(Hkdf.derive(macKey, "mptunnel cookie", 32));
  }

  /**
   * Writes an INIT and sets the buffer's limit behind it.
   *
   * @param cookie that the responder gave us for this path, or null
   */
  void putInit(ByteBuffer packet, byte[] message, byte[] cookie) {
    int start = packet.position();
    packet.put(start, message);
    packet.put(start + message.length, mac1.tag(message), 0, Handshake.MAC_BYTES);
    int mac2Offset = start + message.length + Handshake.MAC_BYTES;
    byte[] mac2 = cookie == null ? NO_MAC : mac2(cookie, packet.slice(start, mac2Offset - start));
    packet.put(mac2Offset, mac2, 0, Handshake.MAC_BYTES);
    packet.limit(mac2Offset + Handshake.MAC_BYTES);
  }

  /** Writes a RESPONSE and sets the buffer's limit behind it. */
  void putResponse(ByteBuffer packet, byte[] message, long addressToken) {
    int start = packet.position();
    packet.put(start, message);
    packet.putLong(start + message.length, addressToken);
    int macOffset = message.length + Handshake.TOKEN_BYTES;
    byte[] mac = mac1.tag(packet.slice(start, macOffset));
    packet.put(start + macOffset, mac, 0, Handshake.MAC_BYTES);
    packet.limit(start + macOffset + Handshake.MAC_BYTES);
  }

  /** Whether an INIT that {@link Handshake#fits} is from somebody who knows the responder's key. */
  boolean isInit(ByteBuffer packet) {
    return isMac(mac1, packet, Handshake.mac1Offset(packet));
  }

  /** The same of a RESPONSE, and the address token is as it was sent. */
  boolean isResponse(ByteBuffer packet) {
    return isMac(mac1, packet, packet.remaining() - Handshake.MAC_BYTES);
  }

  /** Whether an INIT's mac2 was made with this cookie. */
  static boolean isMac2(byte[] cookie, ByteBuffer init) {
    return isMac(new Hmac(cookie), init, Handshake.mac1Offset(init) + Handshake.MAC_BYTES);
  }

  private static byte[] mac2(byte[] cookie, ByteBuffer before) {
    return new Hmac(cookie).tag(before);
  }

  private static boolean isMac(Hmac hmac, ByteBuffer packet, int offset) {
    byte[] expected = hmac.tag(packet.slice(packet.position(), offset));
    return Hmac.equal(expected, packet, packet.position() + offset, Handshake.MAC_BYTES);
  }

  /** Writes the COOKIE that answers an INIT, and sets the buffer's limit behind it. */
  void putCookie(ByteBuffer packet, ByteBuffer init, byte[] nonce, byte[] cookie) {
    byte[] mac = Handshake.bytes(init, Handshake.mac1Offset(init), Handshake.MAC_BYTES);
    boolean fromInitiator = !PacketType.isFromInitiator(init.get(init.position()));
    long sessionId = Header.sessionId(init);
    Cookie.put(packet, fromInitiator, sessionId, nonce, cookies.seal(nonce, mac, cookie));
  }

  /** The cookie in a COOKIE, or null if it does not answer the INIT with this message. */
  byte[] openCookie(ByteBuffer packet, byte[] message) {
    byte[] mac = Arrays.copyOf(mac1.tag(message), Handshake.MAC_BYTES);
    return cookies.open(Cookie.nonce(packet), mac, Cookie.sealed(packet));
  }

  /** The check of a HINT that answers a packet with this header. */
  static byte[] hintCheck(byte[] resetKey, byte[] header) {
    return new Hmac(resetKey).tag(header);
  }
}
