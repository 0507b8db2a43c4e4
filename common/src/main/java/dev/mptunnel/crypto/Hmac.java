package dev.mptunnel.crypto;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 (RFC 2104) under one key. Used by one thread at a time. */
public final class Hmac {

  /** Bytes in a tag. Where the protocol sends fewer, they are the first of these. */
  public static final int TAG_BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";

  private final Mac mac;

  /** Takes a key of any length but none. */
  public Hmac(byte[] key) {
    try {
      mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no " + ALGORITHM, e);
    }
  }

  /** The tag of the parts one behind the other, {@link #TAG_BYTES} long. */
  public byte[] tag(byte[]... parts) {
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  /** The tag of what stands from position to limit, which both stay where they are. */
  public byte[] tag(ByteBuffer part) {
    mac.update(part.duplicate());
    return mac.doFinal();
  }

  /**
   * Whether a packet holds a tag's first bytes, compared in a time that does not tell how many of
   * them are right, so that a forger cannot find them one by one.
   *
   * @param at where in the packet they stand, an absolute index
   * @param length how many to compare, at most {@link #TAG_BYTES}; all of them must lie before the
   *     packet's limit
   */
  public static boolean equal(byte[] tag, ByteBuffer packet, int at, int length) {
    int difference = 0;
    for (int i = 0; i < length; i++) {
      difference |= tag[i] ^ packet.get(at + i);
    }
    return difference == 0;
  }
}
