package dev.mptunnel.config;

import dev.mptunnel.access.AccessException;
import dev.mptunnel.access.AccessRule;

/** A rule of what the server may dial. */
record RuleType() implements ValueType<AccessRule> {

  @Override
  public AccessRule parse(String text) throws ConfigException {
    try {
      return AccessRule.parse(text);
    } catch (AccessException e) {
      throw new ConfigException(Excerpt.of(text) + " is refused: " + e.getMessage());
    }
  }

  @Override
  public String placeholder() {
    return "RULE";
  }

  @Override
  public String expected() {
    return AccessRule.EXPECTED;
  }
}
