package dev.mptunnel.config;

import java.util.Objects;

/**
 * A host as it was written, unresolved, and a port.
 *
 * @param host a name, an IPv4 address, an IPv6 address without brackets and perhaps with a zone
 *     ({@code fe80::1%eth0}), or {@link #ANY}
 * @param port 1 to 65535 where it came from a user; 0 where a test lets the kernel choose
 */
public record HostPort(String host, int port) {

  /** Stands for all addresses of this host, IPv4 and IPv6, where one listens. */
  public static final String ANY = "*";

  private static final int MAX_PORT = 65_535;

  public HostPort {
    Objects.requireNonNull(host, "host");
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException("port " + port);
    }
  }

  /** Whether the host is all addresses of this machine. */
  public boolean isAny() {
    return host.equals(ANY);
  }

  /** Reads {@code host:port}; an IPv6 address needs its brackets here. */
  static HostPort parse(String text) throws ConfigException {
    int colon = text.lastIndexOf(':');
    if (colon < 0 || text.endsWith("]")) {
      throw new ConfigException(Excerpt.of(text) + " has no port; expected host:port");
    }
    String host = text.substring(0, colon);
    if (host.indexOf(':') >= 0 && !host.startsWith("[")) {
      throw new ConfigException(
          Excerpt.of(text) + " is an IPv6 address without brackets; expected [address]:port");
    }
    return parse(host, text.substring(colon + 1));
  }

  /** Reads a host and a port that were written apart; an IPv6 address may do without brackets. */
  static HostPort parse(String host, String port) throws ConfigException {
    return new HostPort(HostSyntax.parse(host), parsePort(port));
  }

  static int parsePort(String text) throws ConfigException {
    if (text.isEmpty()) {
      throw new ConfigException("the port is missing; expected 1 to 65535");
    }
    if (!text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new ConfigException(
          "port " + Excerpt.of(text) + " is not a number; expected 1 to 65535");
    }
    int port;
    try {
      port = Integer.parseInt(text);
    } catch (NumberFormatException tooLarge) {
      port = Integer.MAX_VALUE;
    }
    if (port < 1 || port > MAX_PORT) {
      String shown = text.length() > 10 ? text.substring(0, 10) + "..." : text;
      throw new ConfigException("port " + shown + " is out of range; expected 1 to 65535");
    }
    return port;
  }

  /** {@code host:port}, as it can be written in a file again. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
