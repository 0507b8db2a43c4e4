package dev.mptunnel.config;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A whole number with a unit, within a range: a duration in nanoseconds, a size in bytes, a count;
 * or one of some words that each stand for a number.
 */
final class Quantity implements ValueType<Long> {

  /** A word that may stand in place of a number, and the number that it comes to. */
  record Word(String text, long value) {}

  /**
   * A unit.
   *
   * @param suffix what stands behind the number; empty where a bare number has this unit
   * @param anyCase whether capital letters mean the same
   */
  private record Unit(String suffix, long factor, boolean anyCase) {

    Unit(String suffix, long factor) {
      this(suffix, factor, false);
    }

    boolean isWritten(String text) {
      return anyCase ? suffix.equalsIgnoreCase(text) : suffix.equals(text);
    }
  }

  private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9]+)([A-Za-z]*)");

  /** Largest first, since the first that divides a value is the one it is written in. */
  private static final List<Unit> TIME_UNITS =
      List.of(
          new Unit("h", 3_600_000_000_000L),
          new Unit("m", 60_000_000_000L),
          new Unit("s", 1_000_000_000L),
          new Unit("ms", 1_000_000L));

  private static final List<Unit> SHORT_TIME_UNITS =
      List.of(new Unit("ms", 1_000_000L), new Unit("us", 1_000L));

  private static final List<Unit> SIZE_UNITS =
      List.of(
          new Unit("g", 1L << 30, true),
          new Unit("m", 1L << 20, true),
          new Unit("k", 1L << 10, true),
          new Unit("", 1));

  private static final List<Unit> COUNT_UNITS = List.of(new Unit("", 1));

  private final String placeholder;
  private final String shape;
  private final List<Unit> units;
  private final long min;
  private final long max;
  private final List<Word> words;

  private Quantity(
      String placeholder, String shape, List<Unit> units, long min, long max, Word... words) {
    this.words = List.of(words);
    this.placeholder = placeholder;
    this.shape = wordsOr() + shape;
    this.units = units;
    this.min = min;
    this.max = max;
  }

  /**
   * A duration in nanoseconds, both bounds included, or one of the words. A bare number is refused:
   * of what?
   */
  static Quantity duration(long minMillis, long maxMillis, Word... words) {
    String shape = "a duration with its unit, such as 250ms, 5s or 2m";
    return new Quantity(
        "DURATION", shape, TIME_UNITS, minMillis * 1_000_000L, maxMillis * 1_000_000L, words);
  }

  /**
   * A duration in nanoseconds that is told in microseconds or milliseconds, or one of the words.
   */
  static Quantity shortDuration(long minMicros, long maxMicros, Word... words) {
    String shape = "a duration with its unit, such as 50us or 1ms";
    return new Quantity(
        "DURATION", shape, SHORT_TIME_UNITS, minMicros * 1_000L, maxMicros * 1_000L, words);
  }

  /**
   * A size in bytes, both bounds included; {@code k}, {@code m} and {@code g} are powers of 1024.
   */
  static Quantity size(long minBytes, long maxBytes) {
    return new Quantity("SIZE", "a size such as 256k or 4m", SIZE_UNITS, minBytes, maxBytes);
  }

  /** A plain number, both bounds included, or one of the words. */
  static Quantity count(long min, long max, Word... words) {
    return new Quantity("NUMBER", "a whole number", COUNT_UNITS, min, max, words);
  }

  @Override
  public Long parse(String text) throws ConfigException {
    for (Word word : words) {
      if (word.text.equals(text)) {
        return word.value;
      }
    }
    Matcher matcher = NUMBER_AND_UNIT.matcher(text);
    if (!matcher.matches()) {
      throw malformed(text);
    }
    if (matcher.group(2).isEmpty() && !units.getLast().suffix.isEmpty()) {
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
      if (unit.isWritten(suffix)) {
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
    return wordsOr() + format(min) + " to " + format(max);
  }

  /** The words as they stand before what else is accepted: {@code auto, off or }. */
  private String wordsOr() {
    return words.isEmpty()
        ? ""
        : String.join(", ", words.stream().map(Word::text).toList()) + " or ";
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
