package dev.mptunnel.config;

import dev.mptunnel.secret.SecretText;

/**
 * A user's text as an error message shows it: quoted, cut, and without characters that would break
 * the line or drive the terminal. A secret that stands where none belongs is not shown either.
 */
final class Excerpt {

  private static final int MAX_CHARS = 60;

  private Excerpt() {}

  static String of(String written) {
    String text = SecretText.hidden(written);
    boolean fits = text.codePointCount(0, text.length()) <= MAX_CHARS;
    String start = fits ? text : text.substring(0, text.offsetByCodePoints(0, MAX_CHARS));
    return "'" + unquoted(start) + (fits ? "'" : "...'");
  }

  /** The whole text, for what is no value but a file's name or another's message. */
  static String unquoted(String text) {
    StringBuilder shown = new StringBuilder();
    SecretText.hidden(text)
        .codePoints()
        .forEach(c -> shown.appendCodePoint(isPrintable(c) ? c : '?'));
    return shown.toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE ->
          false;
      default -> true;
    };
  }
}
