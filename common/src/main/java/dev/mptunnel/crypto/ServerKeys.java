package dev.mptunnel.crypto;

/**
 * What a server needs for a handshake, beside the psk of each invited client. The arrays are not
 * copied: nobody may change them.
 *
 * @param own the server's key pair, the same after a restart
 * @param sharedPsk what proves that a client knows the shared secret, 32 bytes
 */
public record ServerKeys(StaticKeys own, byte[] sharedPsk) {}
