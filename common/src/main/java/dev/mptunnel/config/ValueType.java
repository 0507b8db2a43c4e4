package dev.mptunnel.config;

import java.nio.file.Path;
import java.util.List;

/** How the text of a setting becomes a value, and how that is told to a person. */
interface ValueType<T> {

  /**
   * Reads a trimmed text that is not empty.
   *
   * @throws ConfigException saying what is wrong and what was expected, but not where
   */
  T parse(String text) throws ConfigException;

  /** The text of the same value, written in a file that is in this folder, seen from elsewhere. */
  default String within(Path folder, String text) {
    return text;
  }

  /** Whether it is one, or part of one, that nobody else may see. */
  default boolean holdsSecret() {
    return false;
  }

  /** The words that it may be, so far as it may be words; for completion. */
  default List<String> words() {
    return List.of();
  }

  /** What stands for the value in a synopsis, such as {@code DURATION}. */
  String placeholder();

  /** What is accepted, as it follows the word "expected": {@code 50ms to 10s}. */
  String expected();
}
