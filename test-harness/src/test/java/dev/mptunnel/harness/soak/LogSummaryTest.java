package dev.mptunnel.harness.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs are counted by level, and lines that say the same are one. */
class LogSummaryTest {

  @Test
  void linesThatDifferInNumbersAreOne(@TempDir Path directory) throws IOException {
    Files.writeString(
        directory.resolve("a.log"),
        """
        2026-11-22 03:28:11.123 WARN path 10.9.1.2:4000 is down
        2026-11-22 03:28:12.123 INFO path 10.9.1.2:4000 is up: round trip 3 ms
        java.lang.IllegalStateException: no
            at dev.mptunnel.core.Session.on(Session.java:17)
        path                state   MTU
        """);
    Files.writeString(
        directory.resolve("b.log"),
        "WARN  path 10.9.2.2:4000 is down\nINFO client 1a2b3c4d5e6f7a8b is here\n");
    Files.writeString(directory.resolve("samples.csv"), "ERROR no log\n");
    LogSummary summary = LogSummary.of(directory);
    assertEquals(Map.of("WARN", 2L, "INFO", 2L), summary.levels());
    assertEquals(1, summary.stackTraceLines());
    assertEquals(
        List.of(new LogSummary.Frequent("WARN path #.#.#.#:# is down", 2)),
        summary.mostFrequent(1));
    assertTrue(
        summary.mostFrequent(3).contains(new LogSummary.Frequent("INFO client # is here", 1)));
  }
}
