package dev.mptunnel.secret;

/**
 * A user's secret, or a client's name, cannot be used. The message says what is wrong and what was
 * expected, but not where, and shows nothing of a secret.
 */
public final class SecretException extends Exception {

  private static final long serialVersionUID = 1L;

  public SecretException(String message) {
    super(message);
  }
}
