package dev.mptunnel.config;

import java.util.Objects;

/**
 * The one definition of a setting, from which the file's parser, the command line, the help and the
 * README's table are made.
 *
 * @param name the key in a file, and the option after {@code --}
 * @param defaultText the default as one would write it, or null for none
 * @param maxCount how many values it takes: 1, or more for one that may be repeated
 * @param help what it does, in one line
 */
record Setting<T>(String name, ValueType<T> type, String defaultText, int maxCount, String help) {

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
}
