package dev.mptunnel.crypto;

import java.nio.charset.StandardCharsets;

/** Keys from a secret, by HKDF-SHA256 (RFC 5869). */
public final class Hkdf {

  /** RFC 5869, section 2.2: no salt is as many zeros as the hash has bytes. */
  private static final byte[] NO_SALT = new byte[Hmac.TAG_BYTES];

  private static final int MAX_BLOCKS = 255;

  private Hkdf() {}

  /**
   * A key of its own for each purpose, none of which tells anything of the others.
   *
   * @param keyMaterial the secret, which must already be hard to guess: this does not stretch
   * @param info the purpose, in ASCII
   * @param length bytes wanted, 1 to 8,160
   */
  public static byte[] derive(byte[] keyMaterial, String info, int length) {
    return derive(NO_SALT, keyMaterial, info.getBytes(StandardCharsets.US_ASCII), length);
  }

  /**
   * The same, of which nobody can choose alone what comes out: both ends have put something into
   * the salt.
   *
   * @param salt not empty
   */
  static byte[] derive(byte[] salt, byte[] keyMaterial, String info, int length) {
    return derive(salt, keyMaterial, info.getBytes(StandardCharsets.US_ASCII), length);
  }

  /** The same with all that the RFC has. The salt must not be empty. */
  static byte[] derive(byte[] salt, byte[] keyMaterial, byte[] info, int length) {
    if (length < 1 || length > MAX_BLOCKS * Hmac.TAG_BYTES) {
      throw new IllegalArgumentException("HKDF cannot give " + length + " bytes");
    }
    Hmac expand = new Hmac(new Hmac(salt).tag(keyMaterial));
    byte[] result = new byte[length];
    byte[] block = new byte[0];
    for (int done = 0, count = 1; done < length; done += block.length, count++) {
      block = expand.tag(block, info, new byte[] {(byte) count});
      System.arraycopy(block, 0, result, done, Math.min(block.length, length - done));
    }
    return result;
  }
}
