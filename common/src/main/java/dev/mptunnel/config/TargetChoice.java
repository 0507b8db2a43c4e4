package dev.mptunnel.config;

import dev.mptunnel.wire.TargetName;

/** The name of a target; {@link TargetName#FIXED} is that of the one without a name. */
record TargetChoice() implements ValueType<String> {

  @Override
  public String parse(String text) throws ConfigException {
    if (!TargetName.isName(text)) {
      throw new ConfigException(Excerpt.of(text) + " is refused; expected " + expected());
    }
    return text;
  }

  @Override
  public String placeholder() {
    return "NAME,...";
  }

  @Override
  public String expected() {
    return "names between commas, each " + TargetName.EXPECTED;
  }
}
