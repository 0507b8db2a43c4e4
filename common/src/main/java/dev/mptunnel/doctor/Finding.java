package dev.mptunnel.doctor;

import java.util.Locale;
import java.util.Objects;

/**
 * One thing that was found out, in one line.
 *
 * @param check what was looked at, a word that stays the same from version to version
 * @param subject what it was looked at of, such as a bridge's name
 * @param text what was found
 * @param remedy what to do about it; empty where there is nothing to do
 */
public record Finding(Severity severity, String check, String subject, String text, String remedy) {

  /** How bad it is. */
  public enum Severity {
    /** As it should be. */
    OK,
    /** It works, but not as well as it could, or not for long. */
    WARN,
    /** This does not work. */
    FAIL;

    /** As it is printed. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Finding {
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(check, "check");
    Objects.requireNonNull(subject, "subject");
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(remedy, "remedy");
  }

  /** As it should be. */
  public static Finding ok(String check, String subject, String text) {
    return new Finding(Severity.OK, check, subject, text, "");
  }

  /** It works, but. */
  public static Finding warn(String check, String subject, String text, String remedy) {
    return new Finding(Severity.WARN, check, subject, text, remedy);
  }

  /** This does not work. */
  public static Finding fail(String check, String subject, String text, String remedy) {
    return new Finding(Severity.FAIL, check, subject, text, remedy);
  }

  /** The line, for people. */
  String line() {
    String line = "%-4s  %s: %s".formatted(severity.word(), subject, text);
    return remedy.isEmpty() ? line : line + "; " + remedy;
  }

  /** The same as an object of JSON (RFC 8259). */
  String json() {
    return "{\"severity\": %s, \"check\": %s, \"subject\": %s, \"text\": %s, \"remedy\": %s}"
        .formatted(
            quoted(severity.word()), quoted(check), quoted(subject), quoted(text), quoted(remedy));
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
