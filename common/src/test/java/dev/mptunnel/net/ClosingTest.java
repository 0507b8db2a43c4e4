package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ClosingTest {

  private final List<String> closed = new ArrayList<>();

  @Test
  void whatFailsKeepsNothingElseOpen() {
    RuntimeException first = new IllegalStateException("first");
    RuntimeException second = new IllegalStateException("second");
    Closing closing =
        new Closing()
            .then(() -> closed.add("a"))
            .then(() -> fail(first))
            .then(() -> closed.add("b"))
            .then(() -> fail(second))
            .then(() -> closed.add("c"));
    assertSame(first, assertThrows(IllegalStateException.class, closing::end));
    assertArrayEquals(new Throwable[] {second}, first.getSuppressed());
    assertEquals(List.of("a", "b", "c"), closed);
  }

  private static void fail(RuntimeException failure) {
    throw failure;
  }

  @Test
  void anErrorIsToldBeforeTheRest() {
    Error error = new AssertionError("as a test wants it");
    Closing closing =
        new Closing()
            .then(() -> fail(new IllegalStateException()))
            .then(
                () -> {
                  throw error;
                });
    assertSame(error, assertThrows(AssertionError.class, closing::end));
  }
}
