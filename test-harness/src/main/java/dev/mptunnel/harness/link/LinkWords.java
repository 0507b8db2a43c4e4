package dev.mptunnel.harness.link;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/**
 * Numbers with units, as {@link LinkProperties} spells them. Decimal all the way, so that what is
 * written of a number is read as the same number.
 */
final class LinkWords {

  private static final BigDecimal SECOND_NANOS = new BigDecimal(1_000_000_000L);
  private static final BigDecimal MAX_NANOS = SECOND_NANOS.multiply(new BigDecimal(86_400));
  private static final BigDecimal MAX_BITS_PER_SECOND = new BigDecimal(1_000_000_000_000L);

  private static final int MAX_LINES = 99;
  private static final int MIN_MTU_BYTES = 68;
  private static final int MAX_MTU_BYTES = 65_535;

  private static final List<String> RATE_UNITS = List.of("bit", "kbit", "mbit", "gbit");

  private LinkWords() {}

  static double fraction(String word, String value) {
    String expected = "20% or 0.2";
    BigDecimal fraction =
        value.endsWith("%")
            ? number(word, value.substring(0, value.length() - 1), expected).movePointLeft(2)
            : number(word, value, expected);
    if (fraction.compareTo(BigDecimal.ONE) > 0) {
      throw wrong(word, "at most 100%");
    }
    return fraction.doubleValue();
  }

  static double count(String word, String value) {
    return number(word, value, "a number of packets").doubleValue();
  }

  /** The number of a line, or 0 for none. */
  static int line(String word, String value) {
    return whole(word, value, 0, MAX_LINES, "the number of a line, such as 1");
  }

  /** The shortest MTU that IPv4 allows is 68 bytes (RFC 791, section 3.2). */
  static int mtuBytes(String word, String value) {
    return whole(word, value, MIN_MTU_BYTES, MAX_MTU_BYTES, "68 to 65535 bytes, such as 1400");
  }

  private static int whole(String word, String value, int min, int max, String expected) {
    int number = value.matches("[0-9]{1,5}") ? Integer.parseInt(value) : -1;
    if (number < min || number > max) {
      throw wrong(word, expected);
    }
    return number;
  }

  static long nanos(String word, String value) {
    String expected = "a time such as 30ms, 2s, 500us or 100ns";
    int decimals =
        switch (unit(value)) {
          case "ns" -> 0;
          case "us" -> 3;
          case "ms" -> 6;
          case "s" -> 9;
          default -> throw wrong(word, expected);
        };
    return nanos(word, amount(word, value, expected).movePointRight(decimals));
  }

  private static long nanos(String word, BigDecimal nanos) {
    return whole(word, nanos, MAX_NANOS, "at most a day");
  }

  static long bitsPerSecond(String word, String value) {
    String expected = "a rate such as 50mbit, 500kbit, 1gbit or 9600bit";
    int decimals =
        switch (unit(value)) {
          case "bit" -> 0;
          case "kbit" -> 3;
          case "mbit" -> 6;
          case "gbit" -> 9;
          default -> throw wrong(word, expected);
        };
    BigDecimal bits = amount(word, value, expected).movePointRight(decimals);
    return whole(word, bits, MAX_BITS_PER_SECOND, "at most 1000gbit");
  }

  /** A queue is a time, or bytes, which at the link's rate are a time too. */
  static long queueNanos(String word, String value, long bitsPerSecond) {
    String expected = "a time such as 100ms, or bytes such as 64kB together with a rate";
    int decimals =
        switch (unit(value)) {
          case "B" -> 0;
          case "kB" -> 3;
          case "MB" -> 6;
          default -> -1;
        };
    if (decimals < 0) {
      return nanos(word, value);
    }
    if (bitsPerSecond == 0) {
      throw wrong(word, expected);
    }
    BigDecimal bytes = amount(word, value, expected).movePointRight(decimals);
    BigDecimal bitNanos = bytes.multiply(new BigDecimal(Byte.SIZE)).multiply(SECOND_NANOS);
    return nanos(word, bitNanos.divide(new BigDecimal(bitsPerSecond), 1, RoundingMode.HALF_UP));
  }

  /** A number as it can be read again. */
  static String text(double number) {
    return text(BigDecimal.valueOf(number));
  }

  /** A rate in the largest unit that it is a whole number of. */
  static String rate(long bitsPerSecond) {
    long amount = bitsPerSecond;
    int unit = 0;
    while (unit < RATE_UNITS.size() - 1 && amount % 1_000 == 0) {
      amount /= 1_000;
      unit++;
    }
    return amount + RATE_UNITS.get(unit);
  }

  /** A fraction as percent. */
  static String percent(double fraction) {
    return text(BigDecimal.valueOf(fraction).movePointRight(2)) + "%";
  }

  private static String text(BigDecimal number) {
    return number.stripTrailingZeros().toPlainString();
  }

  private static long whole(String word, BigDecimal value, BigDecimal limit, String expected) {
    if (value.compareTo(limit) > 0) {
      throw wrong(word, expected);
    }
    return value.setScale(0, RoundingMode.HALF_UP).longValueExact();
  }

  private static String unit(String value) {
    return value.replaceFirst("^[0-9.]*", "");
  }

  private static BigDecimal amount(String word, String value, String expected) {
    return number(word, value.substring(0, value.length() - unit(value).length()), expected);
  }

  /** No more digits than a double keeps apart. */
  private static BigDecimal number(String word, String digits, String expected) {
    if (!digits.matches("[0-9]{1,15}(\\.[0-9]{1,9})?")) {
      throw wrong(word, expected);
    }
    return new BigDecimal(digits);
  }

  private static IllegalArgumentException wrong(String word, String expected) {
    return new IllegalArgumentException("\"" + word + "\": expected " + expected);
  }
}
