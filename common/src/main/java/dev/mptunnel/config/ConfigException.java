package dev.mptunnel.config;

/**
 * What a user wrote cannot be used. The message is one line: where (file and line, or the option),
 * what is wrong, and what was expected.
 */
public final class ConfigException extends Exception {

  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }

  /** The same problem, with the place it was found at in front. */
  ConfigException at(String place) {
    return new ConfigException(place + ": " + getMessage());
  }
}
