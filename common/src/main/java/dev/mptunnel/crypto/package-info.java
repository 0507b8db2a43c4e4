/**
 * Keys and what is done with them: X25519, HMAC and HKDF, AES-GCM, the Noise handshake, and the
 * protection of packets under the keys that it leaves. Randomness is given, as everywhere in the
 * core. Nothing throws because of what came from the network; what does not hold is null or false.
 *
 * <p>Which library does what was measured ({@code ./mptunnel bench jmh crypto}): X25519 is
 * BouncyCastle's, everything else the JDK's. Tests hold each against the other.
 */
package dev.mptunnel.crypto;
