package dev.mptunnel.proxy;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.wire.Destination;

/**
 * Where a proxy is, as its applications reach it.
 *
 * @param listen the place itself
 * @param hasUser whether a name and a password are asked for
 */
public record ProxyPlace(HostPort listen, boolean hasUser) {

  private static final String LOCAL = "127.0.0.1";

  /**
   * The file that tells a browser to use it (Proxy Auto-Configuration). What has a plain name, or
   * is this machine, goes direct. Browsers know passwords by HTTP only. Without one there is SOCKS
   * alone: to a browser each refusal of a destination is one of the proxy, and where there is a
   * second way it takes that from then on, for http:// too, which wants more than CONNECT.
   *
   * @param asked the Host that it was asked for by, which works for whoever asks; or null
   */
  String pac(String asked) {
    String at = at(asked);
    String ways = hasUser ? "PROXY " + at : "SOCKS5 " + at;
    return """
    function FindProxyForURL(url, host) {
      if (isPlainHostName(host) || host === "127.0.0.1" || host === "[::1]") {
        return "DIRECT";
      }
      return "%s";
    }
    """
        .formatted(ways);
  }

  private String at(String asked) {
    Destination host = asked == null ? null : destination(asked);
    if (host != null) {
      return host.toString();
    }
    return new HostPort(listen.isAny() ? LOCAL : listen.host(), listen.port()).toString();
  }

  /** Reads {@code host:port} as HTTP writes it; null if it is not that. */
  static Destination destination(String text) {
    int colon = text.lastIndexOf(':');
    String port = text.substring(colon + 1);
    boolean isNumber =
        !port.isEmpty() && port.length() <= 5 && port.chars().allMatch(c -> c >= '0' && c <= '9');
    if (colon < 0 || !isNumber) {
      return null;
    }
    String host = text.substring(0, colon);
    boolean inBrackets = host.startsWith("[") && host.endsWith("]");
    if (inBrackets != host.indexOf(':') >= 0) {
      return null;
    }
    return Destination.of(
        inBrackets ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
  }
}
