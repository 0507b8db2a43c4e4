package dev.mptunnel.config;

import dev.mptunnel.secret.Invitation;
import dev.mptunnel.secret.Password;
import dev.mptunnel.secret.Secret;
import dev.mptunnel.secret.SecretException;
import dev.mptunnel.secret.SharedSecret;

/**
 * A secret. Nothing that is said of it shows any of it.
 *
 * @param expected what this end of a tunnel takes, in words
 * @param kinds the same as code
 */
record SecretType<S extends Secret>(String expected, Kinds<S> kinds) implements ValueType<S> {

  /** Which of the secrets there are an end takes. */
  @FunctionalInterface
  interface Kinds<S extends Secret> {
    S of(Secret secret) throws ConfigException;
  }

  private static final String OR_PASSWORD =
      " or a password of " + Password.MIN_CHARACTERS + " characters or more";

  /** What a client takes: all. */
  static final SecretType<Secret> OF_CLIENT =
      new SecretType<>("mps1-..., mpt1-..." + OR_PASSWORD, secret -> secret);

  /** What a server takes: what it shares with its clients. */
  static final SecretType<SharedSecret> OF_SERVER =
      new SecretType<>(
          "mps1-..." + OR_PASSWORD,
          secret ->
              switch (secret) {
                case SharedSecret shared -> shared;
                case Invitation _ ->
                    throw new ConfigException(
                        "an invitation (mpt1-) is for a client; expected a secret made by"
                            + " 'mpserver keygen'");
              });

  @Override
  public S parse(String text) throws ConfigException {
    try {
      return kinds.of(Secret.parse(text));
    } catch (SecretException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  @Override
  public boolean holdsSecret() {
    return true;
  }

  @Override
  public String placeholder() {
    return "SECRET";
  }
}
