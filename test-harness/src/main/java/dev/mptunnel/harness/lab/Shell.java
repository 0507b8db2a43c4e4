package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Short commands, run to their end. */
final class Shell {

  static final Duration LIMIT = Duration.ofSeconds(20);

  private Shell() {}

  /**
   * Runs a command.
   *
   * @return its output
   * @throws IOException when it fails, with its output; or takes longer than {@link #LIMIT}
   */
  static String run(List<String> command) throws IOException {
    Path log = Files.createTempFile("mptunnel-lab", ".out");
    try (Daemon daemon = Daemon.start(String.join(" ", command), command, log)) {
      int exit = daemon.awaitExit(LIMIT);
      if (exit != 0) {
        throw new IOException(String.join(" ", command) + " failed" + daemon.tail());
      }
      return daemon.output();
    } finally {
      Files.deleteIfExists(log);
    }
  }

  static String run(String... command) throws IOException {
    return run(List.of(command));
  }
}
