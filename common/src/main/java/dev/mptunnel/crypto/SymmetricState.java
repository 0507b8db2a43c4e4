package dev.mptunnel.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * What both ends of a Noise handshake build up alike, step by step: the hash of all that was said
 * and a key of all that was agreed on (revision 34, section 5.2, for AESGCM and SHA256).
 *
 * <p>The section's nonce counts the messages under one key. In {@link NoiseIkPsk2} another key is
 * mixed in before each of them, so it is always zero, and a key is forgotten once it was used.
 */
final class SymmetricState {

  private static final byte[] NOTHING = {};
  private static final byte[] NONCE = new byte[Aead.NONCE_BYTES];
  private static final int HASH_BYTES = 32;

  private byte[] chainingKey;
  private byte[] hash;
  private byte[] key;

  /** Starts from the protocol's name, of exactly 32 characters, which then needs no hashing. */
  SymmetricState(String protocolName) {
    hash = protocolName.getBytes(StandardCharsets.US_ASCII);
    if (hash.length != HASH_BYTES) {
      throw new IllegalArgumentException(protocolName + " has not " + HASH_BYTES + " characters");
    }
    chainingKey = hash;
  }

  /** A copy that goes on from the same point; no array is ever changed, so they can share them. */
  SymmetricState(SymmetricState other) {
    chainingKey = other.chainingKey;
    hash = other.hash;
    key = other.key;
  }

  void mixHash(byte[] data) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(hash);
      hash = digest.digest(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no SHA-256", e);
    }
  }

  void mixKey(byte[] keyMaterial) {
    byte[] mixed = Hkdf.derive(chainingKey, keyMaterial, NOTHING, 2 * HASH_BYTES);
    chainingKey = part(mixed, 0);
    key = part(mixed, 1);
  }

  void mixKeyAndHash(byte[] preSharedKey) {
    byte[] mixed = Hkdf.derive(chainingKey, preSharedKey, NOTHING, 3 * HASH_BYTES);
    chainingKey = part(mixed, 0);
    mixHash(part(mixed, 1));
    key = part(mixed, 2);
  }

  byte[] encryptAndHash(byte[] plaintext) {
    byte[] sealed = aead().seal(NONCE, hash, plaintext);
    mixHash(sealed);
    return sealed;
  }

  /** Null where it does not authenticate; this state is then good for nothing more. */
  byte[] decryptAndHash(byte[] sealed) {
    byte[] plaintext = aead().open(NONCE, hash, sealed);
    mixHash(sealed);
    return plaintext;
  }

  TransportKeys split() {
    byte[] keys = Hkdf.derive(chainingKey, NOTHING, NOTHING, 2 * HASH_BYTES);
    return new TransportKeys(part(keys, 0), part(keys, 1));
  }

  private Aead aead() {
    Aead aead = new Aead(key);
    key = null;
    return aead;
  }

  private static byte[] part(byte[] mixed, int index) {
    return Arrays.copyOfRange(mixed, index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }
}
