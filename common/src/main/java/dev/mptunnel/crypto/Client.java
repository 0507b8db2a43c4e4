package dev.mptunnel.crypto;

/**
 * Somebody who was invited. The arrays are not copied: nobody may change them.
 *
 * @param name what the server's user calls the client
 * @param publicKey the client's static X25519 key, {@link Curve25519#KEY_BYTES} bytes
 * @param psk what only this client and the server know, 32 bytes; also that of one who was revoked,
 *     so that the server can say so under seal
 * @param revoked whether the client may no longer come
 */
public record Client(String name, byte[] publicKey, byte[] psk, boolean revoked) {}
