package dev.mptunnel.config;

/**
 * Where a program listens: {@code address:port}, or a bare port, which means the host given here.
 */
record ListenAddress(String bareHost) implements ValueType<HostPort> {

  @Override
  public HostPort parse(String text) throws ConfigException {
    if (text.startsWith(HostPort.ANY + ":")) {
      return new HostPort(HostPort.ANY, HostPort.parsePort(text.substring(2)));
    }
    if (text.indexOf(':') < 0) {
      return new HostPort(bareHost, HostPort.parsePort(text));
    }
    return HostPort.parse(text);
  }

  @Override
  public String placeholder() {
    return "[ADDRESS:]PORT";
  }

  @Override
  public String expected() {
    return "a port or address:port";
  }
}
