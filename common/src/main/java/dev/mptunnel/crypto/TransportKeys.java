package dev.mptunnel.crypto;

/**
 * What a handshake leaves: one key for each direction, 32 bytes each (Noise, section 5.2, Split).
 * The arrays are not copied: nobody may change them.
 */
public record TransportKeys(byte[] initiatorToResponder, byte[] responderToInitiator) {}
