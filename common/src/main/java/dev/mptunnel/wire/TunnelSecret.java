package dev.mptunnel.wire;

/**
 * What the tunnels of a session take their keys from, in one epoch.
 *
 * @param bytes hard to guess, if sealed; not copied, and nobody may change them
 * @param keyBits of the cipher, 256 or 128, or 0 in plain mode
 */
public record TunnelSecret(byte[] bytes, int keyBits) {

  /** Of a session in plain mode. */
  public static TunnelSecret plain(byte[] bytes) {
    return new TunnelSecret(bytes, 0);
  }

  /** Whether tunnels are sealed; otherwise a check sum stands in the place of the seal. */
  public boolean isSealed() {
    return keyBits != 0;
  }
}
