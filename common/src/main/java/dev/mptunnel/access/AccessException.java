package dev.mptunnel.access;

/** A rule cannot be used. The message says what is wrong and what was expected, but not where. */
public final class AccessException extends Exception {

  private static final long serialVersionUID = 1L;

  public AccessException(String message) {
    super(message);
  }
}
