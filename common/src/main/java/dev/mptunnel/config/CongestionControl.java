package dev.mptunnel.config;

import java.util.regex.Pattern;

/** The kernel's name for a TCP congestion control, such as {@code bbr}; null for its default. */
final class CongestionControl implements ValueType<String> {

  static final String SYSTEM = "system";

  /** Linux: TCP_CA_NAME_MAX less the closing zero. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,15}");

  @Override
  public String parse(String text) throws ConfigException {
    if (!NAME.matcher(text).matches()) {
      throw new ConfigException(Excerpt.of(text) + " is refused; expected " + expected());
    }
    return text;
  }

  @Override
  public String placeholder() {
    return "NAME";
  }

  @Override
  public String expected() {
    return "bbr, cubic, reno or another of net.ipv4.tcp_available_congestion_control, or " + SYSTEM;
  }
}
