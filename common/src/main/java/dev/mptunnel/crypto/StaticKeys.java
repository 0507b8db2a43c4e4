package dev.mptunnel.crypto;

import java.util.random.RandomGenerator;

/**
 * The X25519 key pair that says who somebody is. The arrays are not copied: nobody may change them.
 *
 * @param privateKey {@link Curve25519#KEY_BYTES} bytes
 * @param publicKey the public key to it
 */
public record StaticKeys(byte[] privateKey, byte[] publicKey) {

  /** The pair of a private key of {@link Curve25519#KEY_BYTES} bytes. */
  public static StaticKeys of(byte[] privateKey) {
    return new StaticKeys(privateKey, Curve25519.publicKey(privateKey));
  }

  /** A fresh pair, as secret as what the generator gives is hard to guess. */
  public static StaticKeys random(RandomGenerator random) {
    byte[] privateKey = new byte[Curve25519.KEY_BYTES];
    random.nextBytes(privateKey);
    return of(privateKey);
  }
}
