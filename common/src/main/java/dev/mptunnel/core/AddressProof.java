package dev.mptunnel.core;

import dev.mptunnel.crypto.Hmac;
import dev.mptunnel.wire.Handshake;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Tokens and cookies that follow from an address under a key of our own: whoever shows one has
 * received a packet there, and we remembered nothing. The key changes every two minutes, and the
 * last one is still good.
 */
final class AddressProof {

  private static final int KEY_BYTES = 32;

  private final RandomGenerator random;
  private Hmac current;
  private Hmac previous;
  private long nextKeyNanos = Long.MIN_VALUE / 2;

  AddressProof(RandomGenerator random) {
    this.random = random;
  }

  /** The token of an address, for a PATH packet's frames and a RESPONSE; never 0. */
  long token(long now, long sessionId, int port, InetSocketAddress address) {
    renew(now);
    return token(current, sessionId, port, address);
  }

  /** Whether this is the token of the address, now or lately. */
  boolean isToken(long now, long token, long sessionId, int port, InetSocketAddress address) {
    renew(now);
    return token != 0
        && (token == token(current, sessionId, port, address)
            || token == token(previous, sessionId, port, address));
  }

  /** The cookie of an address. */
  byte[] cookie(long now, InetSocketAddress address) {
    renew(now);
    return cookie(current, address);
  }

  /** Whether an INIT's mac2 was made with the cookie of the address that it came from. */
  boolean isProven(long now, InetSocketAddress source, ByteBuffer init) {
    if (!Handshake.hasMac2(init)) {
      return false;
    }
    renew(now);
    return HandshakeMacs.isMac2(cookie(current, source), init)
        || HandshakeMacs.isMac2(cookie(previous, source), init);
  }

  private static long token(Hmac key, long sessionId, int port, InetSocketAddress address) {
    byte[] rest = ByteBuffer.allocate(12).putLong(sessionId).putInt(port).array();
    long token = ByteBuffer.wrap(key.tag(bytes(address), rest)).getLong();
    return token == 0 ? 1 : token;
  }

  private static byte[] cookie(Hmac key, InetSocketAddress address) {
    return Arrays.copyOf(key.tag(bytes(address)), Handshake.MAC_BYTES);
  }

  private static byte[] bytes(InetSocketAddress address) {
    byte[] host = address.getAddress().getAddress();
    return ByteBuffer.allocate(host.length + 2)
        .put(host)
        .putShort((short) address.getPort())
        .array();
  }

  private void renew(long now) {
    long late = now - nextKeyNanos;
    if (late >= 0) {
      // After a long pause, and at first, neither of the old ones is good any more.
      previous = late < CoreLimits.ADDRESS_KEY_NANOS ? current : newKey();
      current = newKey();
      nextKeyNanos = now + CoreLimits.ADDRESS_KEY_NANOS;
    }
  }

  private Hmac newKey() {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    return new Hmac(key);
  }
}
