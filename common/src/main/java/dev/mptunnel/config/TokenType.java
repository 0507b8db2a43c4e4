package dev.mptunnel.config;

/** What who looks must know: it goes into headers, cookies and addresses as it is. */
record TokenType() implements ValueType<String> {

  private static final int MIN_CHARS = 16;
  private static final int MAX_CHARS = 256;

  @Override
  public String parse(String text) throws ConfigException {
    if (text.length() < MIN_CHARS
        || text.length() > MAX_CHARS
        || !text.chars().allMatch(TokenType::isPlain)) {
      throw new ConfigException("the token cannot be used; expected " + expected());
    }
    return text;
  }

  private static boolean isPlain(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  @Override
  public boolean holdsSecret() {
    return true;
  }

  @Override
  public String placeholder() {
    return "TOKEN";
  }

  @Override
  public String expected() {
    return "16 to 256 letters, digits, - and _";
  }
}
