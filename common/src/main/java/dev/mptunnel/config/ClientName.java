package dev.mptunnel.config;

import dev.mptunnel.secret.ClientEntry;

/** What an invited client is called. */
record ClientName() implements ValueType<String> {

  @Override
  public String parse(String text) throws ConfigException {
    if (!ClientEntry.isName(text)) {
      throw new ConfigException(Excerpt.of(text) + " is refused; expected " + expected());
    }
    return text;
  }

  @Override
  public String placeholder() {
    return "NAME";
  }

  @Override
  public String expected() {
    return ClientEntry.NAME_EXPECTED;
  }
}
