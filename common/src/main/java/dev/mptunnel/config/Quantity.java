package dev.mptunnel.config;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A whole number with a unit, within a range: a duration in nanoseconds, a size in bytes, a count.
 */
final class Quantity implements ValueType<Long> {

  private record Unit(String suffix, long factor) {}

  private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9]+)([A-Za-z]*)");

  /** Largest first, since the first that divides a value is the one it is written in. */
  private static final List<Unit> TIME_UNITS =
      List.of(
          new Unit("h", 3_600_000_000_000L),
          new Unit("m", 60_000_000_000L),
          new Unit("s", 1_000_000_000L),
          new Unit("ms", 1_000_000L));

  private static final List<Unit> SIZE_UNITS =
      List.of(
          new Unit("g", 1L << 30),
          new Unit("m", 1L << 20),
          new Unit("k", 1L << 10),
          new Unit("", 1));

  private static final List<Unit> COUNT_UNITS = List.of(new Unit("", 1));

  private static final String AUTO = "auto";

  private final String placeholder;
  private final String shape;
  private final List<Unit> units;
  private final long min;
  private final long max;
  private final boolean isAutoAllowed;

  private Quantity(
      String placeholder,
      String shape,
      List<Unit> units,
      long min,
      long max,
      boolean isAutoAllowed) {
    this.placeholder = placeholder;
    this.shape = shape;
    this.units = units;
    this.min = min;
    this.max = max;
    this.isAutoAllowed = isAutoAllowed;
  }

  /** A duration in nanoseconds, both bounds included. A bare number is refused: of what? */
  static Quantity duration(long minMillis, long maxMillis) {
    String shape = "a duration with its unit, such as 250ms, 5s or 2m";
    return new Quantity(
        "DURATION", shape, TIME_UNITS, minMillis * 1_000_000L, maxMillis * 1_000_000L, false);
  }

  /**
   * A size in bytes, both bounds included; {@code k}, {@code m} and {@code g} are powers of 1024.
   */
  static Quantity size(long minBytes, long maxBytes) {
    return new Quantity("SIZE", "a size such as 256k or 4m", SIZE_UNITS, minBytes, maxBytes, false);
  }

  /** A plain number, both bounds included. */
  static Quantity count(long min, long max) {
    return new Quantity("NUMBER", "a whole number", COUNT_UNITS, min, max, false);
  }

  /** A plain number, both bounds included and above 0, or {@code auto}, which is 0. */
  static Quantity countOrAuto(long min, long max) {
    return new Quantity("NUMBER", "auto or a whole number", COUNT_UNITS, min, max, true);
  }

  @Override
  public Long parse(String text) throws ConfigException {
    if (isAutoAllowed && text.equals(AUTO)) {
      return 0L;
    }
    Matcher matcher = NUMBER_AND_UNIT.matcher(text);
    if (!matcher.matches()) {
      throw malformed(text);
    }
    if (matcher.group(2).isEmpty() && units.equals(TIME_UNITS)) {
      throw new ConfigException(Excerpt.of(text) + " has no unit; expected " + shape);
    }
    long factor = factorOf(matcher.group(2), text);
    long value;
    try {
      value = Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
    } catch (NumberFormatException | ArithmeticException tooLarge) {
      value = Long.MAX_VALUE;
    }
    if (value < min || value > max) {
      throw new ConfigException(Excerpt.of(text) + " is out of range; expected " + expected());
    }
    return value;
  }

  private long factorOf(String suffix, String text) throws ConfigException {
    for (Unit unit : units) {
      boolean same =
          units.equals(SIZE_UNITS)
              ? unit.suffix.equalsIgnoreCase(suffix)
              : unit.suffix.equals(suffix);
      if (same) {
        return unit.factor;
      }
    }
    throw malformed(text);
  }

  private ConfigException malformed(String text) {
    return new ConfigException(Excerpt.of(text) + " cannot be read; expected " + shape);
  }

  @Override
  public String placeholder() {
    return placeholder;
  }

  @Override
  public String expected() {
    return (isAutoAllowed ? AUTO + " or " : "") + format(min) + " to " + format(max);
  }

  private String format(long value) {
    for (Unit unit : units) {
      if (value % unit.factor == 0 && value >= unit.factor) {
        return value / unit.factor + unit.suffix;
      }
    }
    return "0" + units.getLast().suffix;
  }
}
