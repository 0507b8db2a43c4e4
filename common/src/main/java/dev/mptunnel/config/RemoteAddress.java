package dev.mptunnel.config;

/** Where a program sends: {@code host:port}. */
record RemoteAddress() implements ValueType<HostPort> {

  @Override
  public HostPort parse(String text) throws ConfigException {
    return HostPort.parse(text);
  }

  @Override
  public String placeholder() {
    return "HOST:PORT";
  }

  @Override
  public String expected() {
    return "host:port";
  }
}
