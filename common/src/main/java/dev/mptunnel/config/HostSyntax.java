package dev.mptunnel.config;

import java.net.Inet6Address;
import java.util.regex.Pattern;

/**
 * What may stand where a host is named: a name, an IPv4 address, or an IPv6 address with or without
 * brackets and zone. Nothing is resolved here.
 */
final class HostSyntax {

  private static final int MAX_NAME_CHARS = 253; // RFC 1035, section 3.1, less the root's dot
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]*)");
  private static final Pattern DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");
  private static final Pattern DOTTED_QUAD =
      Pattern.compile("((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(?!$)|$)){4}");
  private static final Pattern ZONE = Pattern.compile("[A-Za-z0-9._@-]{1,32}");

  private HostSyntax() {}

  /** The host without brackets. */
  static String parse(String text) throws ConfigException {
    if (text.isEmpty()) {
      throw new ConfigException("the host is missing; expected a name or an address");
    }
    if (text.startsWith("[")) {
      if (!text.endsWith("]") || !isIpv6(text.substring(1, text.length() - 1))) {
        throw new ConfigException(
            Excerpt.of(text) + " is not an IPv6 address in brackets; expected one such as [::1]");
      }
      return text.substring(1, text.length() - 1);
    }
    if (text.indexOf(':') >= 0) {
      if (!isIpv6(text)) {
        throw new ConfigException(
            Excerpt.of(text) + " is not an IPv6 address; expected a name or an address");
      }
      return text;
    }
    if (DIGITS_AND_DOTS.matcher(text).matches()) {
      if (!isIpv4(text)) {
        throw new ConfigException(
            Excerpt.of(text) + " is not an IPv4 address; expected one such as 192.0.2.1");
      }
      return text;
    }
    if (text.length() > MAX_NAME_CHARS || !NAME.matcher(text).matches()) {
      throw new ConfigException(
          Excerpt.of(text) + " is not a host name; expected a name or an address");
    }
    return text;
  }

  static boolean isAddress(String host) {
    return isIpv4(host) || isIpv6(host);
  }

  static boolean isIpv4(String host) {
    return DOTTED_QUAD.matcher(host).matches();
  }

  static boolean isIpv6(String host) {
    int percent = host.indexOf('%');
    // The zone is looked at apart: Inet6Address would want the interface to exist already.
    if (percent >= 0 && !ZONE.matcher(host.substring(percent + 1)).matches()) {
      return false;
    }
    String address = percent < 0 ? host : host.substring(0, percent);
    if (address.indexOf(':') < 0 || address.indexOf('[') >= 0) {
      return false;
    }
    try {
      Inet6Address.ofLiteral(address);
      return true;
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }
}
