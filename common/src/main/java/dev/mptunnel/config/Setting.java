package dev.mptunnel.config;

import dev.mptunnel.wire.TargetName;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * The one definition of a setting, from which the file's parser, the command line, the help and the
 * README's table are made. One whose name ends in {@code .NAME} is a family: it stands for a
 * setting of its own for each target that a user names, such as {@code target.wg}.
 *
 * @param name the key in a file, and the option after {@code --}
 * @param defaultText the default as one would write it, or null for none
 * @param maxCount how many values it takes: 1, or more for one that may be repeated
 * @param help what it does, in one line
 */
record Setting<T>(String name, ValueType<T> type, String defaultText, int maxCount, String help) {

  /** Settings of one family that may be set. */
  static final int MAX_MEMBERS = 64;

  private static final String ANY_TARGET = ".NAME";

  Setting {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(help, "help");
  }

  static <T> Setting<T> once(String name, ValueType<T> type, String defaultText, String help) {
    return new Setting<>(name, type, defaultText, 1, help);
  }

  boolean isRepeatable() {
    return maxCount > 1;
  }

  String option() {
    return "--" + name;
  }

  boolean isFamily() {
    return name.endsWith(ANY_TARGET);
  }

  /** What the names of a family's settings begin with: {@code target.} and the like. */
  String prefix() {
    return stem() + ".";
  }

  /** The family's setting of this whole name, or null if it has none of that name. */
  Setting<T> member(String whole) {
    if (!whole.startsWith(prefix())) {
      return null;
    }
    String target = whole.substring(prefix().length());
    return TargetName.isName(target) && !target.equals(TargetName.FIXED)
        ? new Setting<>(whole, type, defaultText, maxCount, help)
        : null;
  }

  /**
   * What is wrong with a name that begins like the family's, but is of none of its settings.
   *
   * @param spelling how a setting's name is written there
   */
  String complaint(String whole, UnaryOperator<String> spelling) {
    return whole.equals(prefix() + TargetName.FIXED)
        ? "is refused; expected " + spelling.apply(stem()) + ", or another name"
        : "is refused; expected " + spelling.apply(name) + ", NAME being " + TargetName.EXPECTED;
  }

  /** The setting that stands beside the family, for what has no name. */
  private String stem() {
    return name.substring(0, name.length() - ANY_TARGET.length());
  }
}
