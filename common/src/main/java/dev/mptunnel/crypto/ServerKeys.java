package dev.mptunnel.crypto;

import java.nio.charset.StandardCharsets;

/**
 * What a server needs for a handshake, beside the psk of each invited client. The arrays are not
 * copied: nobody may change them.
 *
 * @param own the server's key pair, the same after a restart
 * @param sharedPsk what proves that a client knows the shared secret, 32 bytes
 */
public record ServerKeys(StaticKeys own, byte[] sharedPsk) {

  private static final byte[] WELL_KNOWN_SECRET =
      "mptunnel well known ".getBytes(StandardCharsets.US_ASCII);

  /** The keys that derive from a secret that is hard to guess. */
  public static ServerKeys of(byte[] secret) {
    byte[] privateKey = Hkdf.derive(secret, "mptunnel server key", Curve25519.KEY_BYTES);
    return new ServerKeys(
        StaticKeys.of(privateKey), Hkdf.derive(secret, "mptunnel psk", NoiseIkPsk2.PSK_BYTES));
  }

  /** The secret that everybody knows, for those who were given none. */
  public static byte[] wellKnownSecret() {
    return WELL_KNOWN_SECRET.clone();
  }

  @Override
  public String toString() {
    return "ServerKeys"; // and nothing of them
  }
}
