package dev.mptunnel.crypto;

/**
 * What a client needs for a handshake. The arrays are not copied: nobody may change them.
 *
 * @param own the client's key pair: of an invitation always the same, else of this process
 * @param serverPublicKey whom the client wants to reach, {@link Curve25519#KEY_BYTES} bytes
 * @param psk what proves that the client may come, 32 bytes
 */
public record ClientKeys(StaticKeys own, byte[] serverPublicKey, byte[] psk) {}
