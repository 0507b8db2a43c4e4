package dev.mptunnel.crypto;

/** Who was invited, by public key. */
@FunctionalInterface
public interface ClientDirectory {

  /** The client of this static key, also one that was revoked, or null. */
  Client find(byte[] publicKey);
}
