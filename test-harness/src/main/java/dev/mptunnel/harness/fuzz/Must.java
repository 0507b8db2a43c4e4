package dev.mptunnel.harness.fuzz;

import java.util.Objects;

/** What a target demands. An {@link AssertionError}, unlike {@code assert}, cannot be off. */
final class Must {

  private Must() {}

  static void hold(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }

  static void equal(Object expected, Object actual, String what) {
    if (!Objects.equals(expected, actual)) {
      throw new AssertionError(what + ": expected " + expected + " but is " + actual);
    }
  }
}
