package dev.mptunnel.secret;

import dev.mptunnel.crypto.ClientKeys;
import dev.mptunnel.crypto.ServerKeys;
import dev.mptunnel.crypto.StaticKeys;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A shared secret from which keys derive as it is, so hard to guess if it was made at random. The
 * array is not copied: nobody may change it.
 *
 * @param bytes {@link #BYTES} of them
 */
public record SharedSeed(byte[] bytes) implements SharedSecret {

  static final int BYTES = 20;
  static final String PREFIX = "mps1";
  static final int PSK_BYTES = 32;

  /** What both ends take that were given none: no secret at all, but the same packets. */
  public static final SharedSeed WELL_KNOWN = new SharedSeed(ServerKeys.wellKnownSecret());

  public SharedSeed {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a secret of " + bytes.length + " bytes");
    }
  }

  static SharedSeed parse(String text) throws SecretException {
    return new SharedSeed(SecretText.decode(PREFIX, BYTES, text));
  }

  /** A new one, as secret as what the generator gives is hard to guess. */
  public static SharedSeed random(RandomGenerator random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new SharedSeed(bytes);
  }

  /** The secret as a user is given it, in groups of 5 characters. */
  public String text() {
    return SecretText.grouped(SecretText.encode(PREFIX, bytes));
  }

  @Override
  public ServerKeys serverKeys() {
    return ServerKeys.of(bytes);
  }

  @Override
  public ClientKeys clientKeys(RandomGenerator random) {
    ServerKeys server = serverKeys();
    return new ClientKeys(StaticKeys.random(random), server.own().publicKey(), server.sharedPsk());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SharedSeed(byte[] its) && MessageDigest.isEqual(bytes, its);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "a shared secret";
  }
}
