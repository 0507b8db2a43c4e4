package dev.mptunnel.config;

import java.nio.charset.StandardCharsets;

/** The name and the password of who may use a proxy. Nothing that is said of it shows any of it. */
record ProxyUserType() implements ValueType<ProxyUser> {

  @Override
  public ProxyUser parse(String text) throws ConfigException {
    int colon = text.indexOf(':');
    if (colon <= 0 || colon == text.length() - 1) {
      throw new ConfigException("there is no name and password; expected " + expected());
    }
    ProxyUser user = new ProxyUser(text.substring(0, colon), text.substring(colon + 1));
    if (isTooLong(user.name()) || isTooLong(user.password())) {
      throw new ConfigException("it is too long; expected " + expected());
    }
    return user;
  }

  private static boolean isTooLong(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length > ProxyUser.MAX_BYTES;
  }

  @Override
  public boolean holdsSecret() {
    return true;
  }

  @Override
  public String placeholder() {
    return "NAME:PASSWORD";
  }

  @Override
  public String expected() {
    return "NAME:PASSWORD, each of 1 to " + ProxyUser.MAX_BYTES + " bytes";
  }
}
