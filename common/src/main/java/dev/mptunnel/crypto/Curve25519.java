package dev.mptunnel.crypto;

import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * X25519 (RFC 7748), the key agreement of the handshake. Keys are 32 bytes as the RFC writes them,
 * in little-endian order; any 32 bytes are a private key.
 */
public final class Curve25519 {

  /** Bytes in a private key, in a public key, and in what two ends agree on. */
  public static final int KEY_BYTES = X25519.SCALAR_SIZE;

  private Curve25519() {}

  /** The public key to a private key of {@link #KEY_BYTES} bytes. */
  public static byte[] publicKey(byte[] privateKey) {
    checkLength(privateKey);
    byte[] publicKey = new byte[KEY_BYTES];
    X25519.scalarMultBase(privateKey, 0, publicKey, 0);
    return publicKey;
  }

  /**
   * The secret that the owners of two key pairs share. Hash it before it is a key.
   *
   * @return null for a public key of low order, with which everybody would agree on zero (RFC 7748,
   *     section 6.1)
   */
  public static byte[] agree(byte[] privateKey, byte[] publicKey) {
    checkLength(privateKey);
    checkLength(publicKey);
    byte[] secret = new byte[KEY_BYTES];
    boolean contributes = X25519.calculateAgreement(privateKey, 0, publicKey, 0, secret, 0);
    return contributes ? secret : null;
  }

  private static void checkLength(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("a key of " + key.length + " bytes");
    }
  }
}
