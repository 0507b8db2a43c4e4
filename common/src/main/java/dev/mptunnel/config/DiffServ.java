package dev.mptunnel.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A code point of differentiated services (RFC 2474), 6 bits: a number, or a name as {@code tc} and
 * {@code iptables} know them; or each datagram's own.
 */
record DiffServ() implements ValueType<Integer> {

  /** What it is where each datagram's own is meant. */
  static final int COPY = -1;

  private static final int MAX = 63;

  /** Class selectors (RFC 2474) and assured forwarding (RFC 2597). */
  private static final Pattern CLASS = Pattern.compile("cs([0-7])|af([1-4])([1-3])");

  @Override
  public Integer parse(String text) throws ConfigException {
    String name = text.toLowerCase(Locale.ROOT);
    Matcher known = CLASS.matcher(name);
    if (known.matches()) {
      return known.group(1) != null
          ? 8 * Integer.parseInt(known.group(1))
          : 8 * Integer.parseInt(known.group(2)) + 2 * Integer.parseInt(known.group(3));
    }
    return switch (name) {
      case "copy" -> COPY;
      case "le" -> 1; // RFC 8622: less than best effort
      case "va" -> 44; // RFC 5865
      case "ef" -> 46; // RFC 3246
      default -> number(text);
    };
  }

  private int number(String text) throws ConfigException {
    if (!text.matches("[0-9]+")) {
      throw new ConfigException(Excerpt.of(text) + " is not known; expected " + expected());
    }
    if (text.length() > 9 || Integer.parseInt(text) > MAX) {
      throw new ConfigException(Excerpt.of(text) + " is out of range; expected " + expected());
    }
    return Integer.parseInt(text);
  }

  @Override
  public String placeholder() {
    return "DSCP";
  }

  @Override
  public String expected() {
    return "0 to 63, a name such as ef, af41, cs5 or le, or copy";
  }
}
