package dev.mptunnel.secret;

import dev.mptunnel.crypto.ClientKeys;
import java.util.random.RandomGenerator;

/** What a user sets so that both ends know each other. {@code toString} shows nothing of it. */
public sealed interface Secret permits SharedSecret, Invitation {

  /**
   * Reads what {@code mpserver keygen} or {@code mpserver invite} printed; anything else is a
   * password, unless it looks like a slip in one of these.
   */
  static Secret parse(String text) throws SecretException {
    if (SecretText.startsWith(SharedSeed.PREFIX, text)) {
      return SharedSeed.parse(text);
    }
    if (SecretText.startsWith(Invitation.PREFIX, text)) {
      return Invitation.parse(text);
    }
    if (SecretText.looksLikeOne(text)) {
      throw new SecretException(
          "the secret looks like one of mpserver's but begins with neither mps1- nor mpt1-;"
              + " expected it as mpserver printed it, or a password that is not one row of letters"
              + " and digits");
    }
    return Password.of(text);
  }

  /** Whether this begins as what mpserver makes does, and so is not somebody's own words. */
  static boolean looksMade(String text) {
    return SecretText.startsWith(SharedSeed.PREFIX, text)
        || SecretText.startsWith(Invitation.PREFIX, text);
  }

  /**
   * The keys of a client's process. Of a password this takes a good part of a second and 64 MiB.
   *
   * @param random where a key pair comes from that the secret does not hold
   */
  ClientKeys clientKeys(RandomGenerator random);
}
