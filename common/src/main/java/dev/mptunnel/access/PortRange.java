package dev.mptunnel.access;

/** Ports from the first to the last, both included. */
record PortRange(int first, int last) {

  private static final int MAX_PORT = 65_535;

  static final PortRange ALL = new PortRange(1, MAX_PORT);

  /** Reads {@code PORT} or {@code PORT-PORT}. */
  static PortRange parse(String text) throws AccessException {
    int dash = text.indexOf('-');
    int first = port(dash < 0 ? text : text.substring(0, dash));
    int last = dash < 0 ? first : port(text.substring(dash + 1));
    if (first > last) {
      throw new AccessException("its ports go down; expected the lower one first");
    }
    return new PortRange(first, last);
  }

  private static int port(String text) throws AccessException {
    boolean isNumber = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    int port = isNumber && text.length() <= 5 ? Integer.parseInt(text) : 0;
    if (port < 1 || port > MAX_PORT) {
      throw new AccessException("its port is refused; expected 1 to 65535, or two with - between");
    }
    return port;
  }

  boolean contains(int port) {
    return first <= port && port <= last;
  }

  /** As it stands behind a rule's host, or nothing if all are meant. */
  @Override
  public String toString() {
    return equals(ALL) ? "" : ":" + first + (first == last ? "" : "-" + last);
  }
}
