package dev.mptunnel.config;

/** What a client has its packets sealed with; a server takes either. */
public enum CipherChoice {
  AES_256_GCM(256),
  AES_128_GCM(128);

  private final int keyBits;

  CipherChoice(int keyBits) {
    this.keyBits = keyBits;
  }

  /** Bits in a key of it. */
  public int keyBits() {
    return keyBits;
  }
}
