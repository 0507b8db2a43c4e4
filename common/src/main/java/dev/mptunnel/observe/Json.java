package dev.mptunnel.observe;

/**
 * Writes JSON (RFC 8259), one value after the other. What is not a number, such as a loss that was
 * not measured, is null.
 */
public final class Json {

  /** Enough for a share of a million. */
  private static final int DECIMALS = 6;

  private static final long[] SCALES = {1, 10, 100, 1_000, 10_000, 100_000, 1_000_000};

  /** What fits with all decimals. */
  private static final double MOST = 9e12;

  private final StringBuilder text = new StringBuilder(1_024);
  private boolean follows;

  /** Begins an object. */
  public Json object() {
    return open('{');
  }

  /** Begins an object that is a field. */
  public Json object(String name) {
    return name(name).object();
  }

  /** Ends an object. */
  public Json endObject() {
    return close('}');
  }

  /** Begins an array that is a field. */
  public Json array(String name) {
    return name(name).open('[');
  }

  /** Ends an array. */
  public Json endArray() {
    return close(']');
  }

  private Json open(char bracket) {
    separate();
    text.append(bracket);
    follows = false;
    return this;
  }

  private Json close(char bracket) {
    text.append(bracket);
    follows = true;
    return this;
  }

  private Json name(String name) {
    separate();
    quote(name);
    text.append(':');
    follows = false;
    return this;
  }

  private void separate() {
    if (follows) {
      text.append(',');
    }
    follows = true;
  }

  /** A field with a text, or null. */
  public Json field(String name, String value) {
    return name(name).value(value);
  }

  /** A field with a whole number. */
  public Json field(String name, long value) {
    return name(name).value(value);
  }

  /** A field with a number, null if it is none. */
  public Json field(String name, double value) {
    return name(name).value(value);
  }

  /** A field that is true or false. */
  public Json field(String name, boolean value) {
    name(name).separate();
    text.append(value);
    return this;
  }

  /** A field with nothing. */
  public Json nothing(String name) {
    return name(name).value((String) null);
  }

  /** An element with a text, or null. */
  public Json value(String value) {
    separate();
    if (value == null) {
      text.append("null");
    } else {
      quote(value);
    }
    return this;
  }

  /** An element with a whole number. */
  public Json value(long value) {
    separate();
    text.append(value);
    return this;
  }

  /** An element with a number, null if it is none. */
  public Json value(double value) {
    return value(value, DECIMALS);
  }

  /** The same with so many decimals at most. */
  public Json value(double value, int decimals) {
    separate();
    if (Double.isNaN(value) || Math.abs(value) > MOST) {
      text.append("null");
      return this;
    }
    long scale = SCALES[decimals];
    long scaled = Math.round(Math.abs(value) * scale);
    if (value < 0 && scaled != 0) {
      text.append('-');
    }
    text.append(scaled / scale);
    long rest = scaled % scale;
    if (rest != 0) {
      text.append('.');
      for (long place = scale / 10; rest != 0; place /= 10) {
        text.append((char) ('0' + rest / place));
        rest %= place;
      }
    }
    return this;
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        // Nor may what is put into a page end its script, nor a lone surrogate spoil the UTF-8.
        case '<', '>', '&', '\u2028', '\u2029' -> escape(c);
        default -> {
          if (c < ' ' || c == 0x7f || isLone(value, i)) {
            escape(c);
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }

  private static boolean isLone(String value, int i) {
    char c = value.charAt(i);
    return Character.isHighSurrogate(c)
        ? i + 1 == value.length() || !Character.isLowSurrogate(value.charAt(i + 1))
        : Character.isLowSurrogate(c)
            && (i == 0 || !Character.isHighSurrogate(value.charAt(i - 1)));
  }

  private void escape(char c) {
    text.append("\\u%04x".formatted((int) c));
  }

  /** What was written. */
  @Override
  public String toString() {
    return text.toString();
  }
}
