package dev.mptunnel.secret;

import dev.mptunnel.crypto.ClientKeys;
import dev.mptunnel.crypto.Curve25519;
import dev.mptunnel.crypto.Hkdf;
import dev.mptunnel.crypto.StaticKeys;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * What the server's user made for one client: it lets in, and can be revoked, but nobody can pose
 * as the server with it. The arrays are not copied: nobody may change them.
 *
 * @param serverPublicKey whom the client will reach, {@link Curve25519#KEY_BYTES} bytes
 * @param seed from which the client's keys derive, 20 random bytes
 */
public record Invitation(byte[] serverPublicKey, byte[] seed) implements Secret {

  static final String PREFIX = "mpt1";

  private static final int SEED_BYTES = 20;

  static Invitation parse(String text) throws SecretException {
    byte[] body = SecretText.decode(PREFIX, Curve25519.KEY_BYTES + SEED_BYTES, text);
    Invitation invitation =
        new Invitation(
            Arrays.copyOf(body, Curve25519.KEY_BYTES),
            Arrays.copyOfRange(body, Curve25519.KEY_BYTES, body.length));
    byte[] ours = invitation.clientKeys().own().privateKey();
    if (Curve25519.agree(ours, invitation.serverPublicKey) == null) {
      throw new SecretException(
          "the invitation holds a key that no server has; expected one made by 'mpserver invite'");
    }
    return invitation;
  }

  /** A new one, as secret as what the generator gives is hard to guess. */
  public static Invitation random(byte[] serverPublicKey, RandomGenerator random) {
    byte[] seed = new byte[SEED_BYTES];
    random.nextBytes(seed);
    return new Invitation(serverPublicKey, seed);
  }

  /** The invitation as a user is given it. */
  public String text() {
    byte[] body = Arrays.copyOf(serverPublicKey, serverPublicKey.length + seed.length);
    System.arraycopy(seed, 0, body, serverPublicKey.length, seed.length);
    return SecretText.encode(PREFIX, body);
  }

  /** The keys that the invitation stands for. */
  public ClientKeys clientKeys() {
    return new ClientKeys(
        StaticKeys.of(Hkdf.derive(seed, "mptunnel client key", Curve25519.KEY_BYTES)),
        serverPublicKey,
        Hkdf.derive(seed, "mptunnel client psk", SharedSeed.PSK_BYTES));
  }

  @Override
  public ClientKeys clientKeys(RandomGenerator random) {
    return clientKeys();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Invitation(byte[] itsKey, byte[] itsSeed)
        && MessageDigest.isEqual(serverPublicKey, itsKey)
        && MessageDigest.isEqual(seed, itsSeed);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(seed);
  }

  @Override
  public String toString() {
    return "an invitation";
  }
}
