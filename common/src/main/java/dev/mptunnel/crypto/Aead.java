package dev.mptunnel.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-GCM (NIST SP 800-38D) under one key, for the short messages of handshakes; {@link
 * SealedProtection} does packets. Used by one thread at a time.
 */
public final class Aead {

  /** Bytes in a nonce. */
  public static final int NONCE_BYTES = 12;

  /** Bytes that {@link #seal} adds. */
  public static final int TAG_BYTES = 16;

  static final String TRANSFORMATION = "AES/GCM/NoPadding";

  private final SecretKeySpec key;
  private final Cipher cipher = newCipher();

  /** Takes a key of 16 bytes for AES-128 or of 32 for AES-256. */
  public Aead(byte[] key) {
    this.key = newKey(key);
  }

  /**
   * Encrypts, and puts a tag over both texts behind it. A nonce must never come twice under a key,
   * or whoever sees both messages can forge.
   */
  public byte[] seal(byte[] nonce, byte[] associatedData, byte[] plaintext) {
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, parameters(nonce));
      cipher.updateAAD(associatedData);
      return cipher.doFinal(plaintext);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM cannot seal", e);
    }
  }

  /**
   * Verifies and decrypts.
   *
   * @return the plaintext, or null where this is not what was sealed under this key and nonce with
   *     this associated data
   */
  public byte[] open(byte[] nonce, byte[] associatedData, byte[] sealed) {
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, parameters(nonce));
      cipher.updateAAD(associatedData);
      return cipher.doFinal(sealed);
    } catch (AEADBadTagException e) {
      return null; // also for what is too short to hold a tag
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM cannot open", e);
    }
  }

  static Cipher newCipher() {
    try {
      return Cipher.getInstance(TRANSFORMATION);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no " + TRANSFORMATION, e);
    }
  }

  static SecretKeySpec newKey(byte[] key) {
    if (key.length != 16 && key.length != 32) {
      throw new IllegalArgumentException("an AES key of " + key.length + " bytes");
    }
    return new SecretKeySpec(key, "AES");
  }

  static GCMParameterSpec parameters(byte[] nonce) {
    if (nonce.length != NONCE_BYTES) {
      throw new IllegalArgumentException("a nonce of " + nonce.length + " bytes");
    }
    return new GCMParameterSpec(TAG_BYTES * 8, nonce);
  }
}
