package dev.mptunnel.config;

/**
 * A user's text as an error message shows it: quoted, cut, and without characters that would break
 * the line or drive the terminal.
 */
final class Excerpt {

  private static final int MAX_CHARS = 60;

  private Excerpt() {}

  static String of(String text) {
    StringBuilder shown = new StringBuilder("'");
    text.codePoints()
        .limit(MAX_CHARS)
        .forEach(c -> shown.appendCodePoint(isPrintable(c) ? c : '?'));
    if (text.codePointCount(0, text.length()) > MAX_CHARS) {
      shown.append('…');
    }
    return shown.append('\'').toString();
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
