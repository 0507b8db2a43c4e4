package dev.mptunnel.harness.link;

/** Numbers with units, as {@link LinkProperties} spells them. */
final class LinkWords {

  private static final double NANOS_PER_SECOND = 1e9;

  private LinkWords() {}

  static double fraction(String word, String value) {
    double fraction =
        value.endsWith("%")
            ? number(word, value.substring(0, value.length() - 1), "20% or 0.2") / 100
            : number(word, value, "20% or 0.2");
    if (fraction > 1) {
      throw wrong(word, "at most 100%");
    }
    return fraction;
  }

  static double count(String word, String value) {
    return number(word, value, "a number of packets");
  }

  static long nanos(String word, String value) {
    String expected = "a time such as 30ms, 2s, 500us or 100ns";
    return Math.round(
        switch (unit(value)) {
          case "ns" -> amount(word, value, expected);
          case "us" -> amount(word, value, expected) * 1e3;
          case "ms" -> amount(word, value, expected) * 1e6;
          case "s" -> amount(word, value, expected) * 1e9;
          default -> throw wrong(word, expected);
        });
  }

  static long bitsPerSecond(String word, String value) {
    String expected = "a rate such as 50mbit, 500kbit, 1gbit or 9600bit";
    return Math.round(
        switch (unit(value)) {
          case "bit" -> amount(word, value, expected);
          case "kbit" -> amount(word, value, expected) * 1e3;
          case "mbit" -> amount(word, value, expected) * 1e6;
          case "gbit" -> amount(word, value, expected) * 1e9;
          default -> throw wrong(word, expected);
        });
  }

  /** A queue is a time, or bytes, which at the link's rate are a time too. */
  static long queueNanos(String word, String value, long bitsPerSecond) {
    String expected = "a time such as 100ms, or bytes such as 64kB together with a rate";
    double bytesPerUnit =
        switch (unit(value)) {
          case "B" -> 1;
          case "kB" -> 1e3;
          case "MB" -> 1e6;
          default -> 0;
        };
    if (bytesPerUnit == 0) {
      return nanos(word, value);
    }
    if (bitsPerSecond == 0) {
      throw wrong(word, expected);
    }
    double bits = amount(word, value, expected) * bytesPerUnit * Byte.SIZE;
    return Math.round(bits * NANOS_PER_SECOND / bitsPerSecond);
  }

  private static String unit(String value) {
    return value.replaceFirst("^[0-9.]*", "");
  }

  private static double amount(String word, String value, String expected) {
    return number(word, value.substring(0, value.length() - unit(value).length()), expected);
  }

  private static double number(String word, String digits, String expected) {
    if (!digits.matches("[0-9]+(\\.[0-9]+)?")) {
      throw wrong(word, expected);
    }
    return Double.parseDouble(digits);
  }

  private static IllegalArgumentException wrong(String word, String expected) {
    return new IllegalArgumentException("\"" + word + "\": expected " + expected);
  }
}
