package dev.mptunnel.wire;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A host and a port that a client names, where no target of the server's is meant. On the wire, and
 * for people, it is {@code host:port}, an IPv6 address in brackets; the colon tells it from a
 * {@link TargetName}.
 *
 * <p>There is one way only to write each address. What some resolvers would take for an address
 * besides (octal, hexadecimal and short forms of IPv4, IPv4 within IPv6, zones) is no host at all:
 * whoever checks a text and whoever dials it must mean the same.
 *
 * @param host a name in lower case, an IPv4 address with four decimal numbers, or an IPv6 address
 *     as {@link InetAddress#getHostAddress} has it
 * @param port 1 to 65535
 */
public record Destination(String host, int port) {

  /** The longest one: a name, a colon and a port. */
  public static final int MAX_BYTES = 253 + 1 + 5;

  /** What a host may be, as it follows the word "expected". */
  public static final String HOST_EXPECTED =
      "a name, four decimal numbers such as 192.0.2.1, or an IPv6 address";

  private static final int MAX_PORT = 65_535;
  private static final int MAX_NAME_CHARS = 253; // RFC 1035, section 3.1, less the root's dot
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-f:]{2,39}");
  private static final String LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
  private static final Pattern NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");

  /** A name that ends so is a number to some resolvers (WHATWG URL, "ends in a number"). */
  private static final Pattern LIKE_NUMBER = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)");

  private static final Pattern WRITTEN =
      Pattern.compile("[a-z0-9_.:\\[\\]-]{1,253}:[1-9][0-9]{0,4}");

  /** Only for what {@link #of} makes of what others wrote. */
  public Destination {
    if (!host.equals(canonical(host)) || port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException("no destination");
    }
  }

  /**
   * What a host and a port stand for that somebody wrote.
   *
   * @param host case does not matter, nor does a dot behind a name; an IPv6 address is without
   *     brackets
   * @return null if it is not a host, or the port is out of range
   */
  public static Destination of(String host, int port) {
    String canonical = canonical(host);
    return canonical == null || port < 1 || port > MAX_PORT
        ? null
        : new Destination(canonical, port);
  }

  /** Reads what {@link #toString} writes; null for everything else. */
  public static Destination parse(String text) {
    if (!isWritten(text)) {
      return null;
    }
    int colon = text.lastIndexOf(':');
    String host = text.substring(0, colon);
    boolean inBrackets = host.startsWith("[") && host.endsWith("]");
    Destination read =
        of(
            inBrackets ? host.substring(1, host.length() - 1) : host,
            Integer.parseInt(text.substring(colon + 1)));
    return read != null && read.toString().equals(text) ? read : null;
  }

  /** Whether a text is meant as a destination, and not as the name of a target. */
  public static boolean isWritten(String text) {
    return WRITTEN.matcher(text).matches();
  }

  /** The one way to write a host, or null if it is none. */
  public static String canonical(String host) {
    if (host.length() > MAX_NAME_CHARS + 1) {
      return null;
    }
    String lower = host.toLowerCase(Locale.ROOT);
    if (IPV4.matcher(lower).matches()) {
      return lower;
    }
    if (lower.indexOf(':') >= 0) {
      return canonicalIpv6(lower);
    }
    String name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    boolean isName =
        name.length() <= MAX_NAME_CHARS
            && NAME.matcher(name).matches()
            && !LIKE_NUMBER.matcher(name).matches();
    return isName ? name : null;
  }

  private static String canonicalIpv6(String text) {
    if (!IPV6.matcher(text).matches()) {
      return null;
    }
    try {
      InetAddress address = Inet6Address.ofLiteral(text);
      return address instanceof Inet4Address ? null : address.getHostAddress(); // IPv4-mapped
    } catch (IllegalArgumentException notAnAddress) {
      return null;
    }
  }

  /** Whether the host is an address, so that there is nothing to resolve. */
  public boolean isAddress() {
    return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
  }

  /** The host's address, if it is one; null for a name. */
  public InetAddress address() {
    return isAddress() ? InetAddress.ofLiteral(host) : null;
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
