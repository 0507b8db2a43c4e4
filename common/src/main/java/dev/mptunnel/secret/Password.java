package dev.mptunnel.secret;

import dev.mptunnel.crypto.ClientKeys;
import dev.mptunnel.crypto.ServerKeys;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * A secret that somebody thought of. Whoever records a handshake can try passwords on it, so each
 * try is made to cost time and memory.
 */
public final class Password implements SharedSecret {

  /** Fewer characters are refused. */
  public static final int MIN_CHARACTERS = 12;

  // The second choice of RFC 9106, section 4, in one lane: what BouncyCastle computes is one
  // thread.
  private static final int MEMORY_KIB = 64 << 10;
  private static final int PASSES = 3;
  private static final byte[] SALT = "mptunnel argon2 1".getBytes(StandardCharsets.US_ASCII);

  private final String text;

  private Password(String text) {
    this.text = text;
  }

  static Password of(String text) throws SecretException {
    if (text.codePoints().anyMatch(Character::isISOControl)) {
      throw new SecretException("the secret holds a control character; expected text");
    }
    if (text.codePointCount(0, text.length()) < MIN_CHARACTERS) {
      throw new SecretException(
          "the password is too short; expected at least "
              + MIN_CHARACTERS
              + " characters, or a secret made by 'mpserver keygen'");
    }
    return new Password(text);
  }

  /** What it comes to by Argon2id (RFC 9106): the slow part. */
  SharedSeed stretched() {
    Argon2BytesGenerator argon2 = new Argon2BytesGenerator();
    argon2.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(MEMORY_KIB)
            .withIterations(PASSES)
            .withParallelism(1)
            .withSalt(SALT)
            .build());
    byte[] seed = new byte[SharedSeed.BYTES];
    argon2.generateBytes(text.getBytes(StandardCharsets.UTF_8), seed);
    return new SharedSeed(seed);
  }

  @Override
  public ServerKeys serverKeys() {
    return stretched().serverKeys();
  }

  @Override
  public ClientKeys clientKeys(RandomGenerator random) {
    return stretched().clientKeys(random);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Password password && text.equals(password.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return "a typed password";
  }
}
