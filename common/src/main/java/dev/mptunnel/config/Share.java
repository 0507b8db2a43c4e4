package dev.mptunnel.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A share in per cent, above 0, or {@code off}, which is 0. */
final class Share implements ValueType<Double> {

  private static final Pattern PERCENT = Pattern.compile("([0-9]+(?:\\.[0-9]{1,3})?)%");
  private static final double MIN = 0.1;
  private static final double MAX = 100;

  @Override
  public Double parse(String text) throws ConfigException {
    if (text.equals("off")) {
      return 0.0;
    }
    Matcher matcher = PERCENT.matcher(text);
    if (!matcher.matches()) {
      throw new ConfigException(
          Excerpt.of(text) + " cannot be read; expected off or a share such as 3% or 0.5%");
    }
    double percent = Double.parseDouble(matcher.group(1));
    if (percent < MIN || percent > MAX) {
      throw new ConfigException(Excerpt.of(text) + " is out of range; expected " + expected());
    }
    return percent / 100;
  }

  @Override
  public String placeholder() {
    return "SHARE";
  }

  @Override
  public String expected() {
    return "off or 0.1% to 100%";
  }
}
