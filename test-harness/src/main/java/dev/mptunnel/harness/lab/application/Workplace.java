package dev.mptunnel.harness.lab.application;

import dev.mptunnel.harness.lab.Daemon;
import dev.mptunnel.harness.lab.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Where applications work: on a host, in a folder of their own, with nothing of the environment and
 * of the settings of whoever runs the lab.
 */
public final class Workplace {

  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Namespace host;
  private final Path folder;

  /**
   * A workplace.
   *
   * @param folder which {@link #clear} makes
   */
  public Workplace(Namespace host, Path folder) {
    this.host = host;
    this.folder = folder;
  }

  /** Leaves an empty folder. */
  public void clear() throws IOException {
    host.run("rm", "-rf", folder.toString());
    Files.createDirectories(folder);
  }

  /** A file in the folder. */
  Path file(String name) {
    return folder.resolve(name);
  }

  /** Opens something on the host. */
  <T> T within(Namespace.Opening<T> opening) throws IOException {
    return host.within(opening);
  }

  /**
   * A program that has ended well.
   *
   * @param output all that it printed, without blanks around it
   */
  record Ended(double seconds, String output) {}

  /**
   * Runs a program to its end.
   *
   * @param program what errors and its log call it
   * @throws IOException if it fails, or does not end in time
   */
  Ended run(String program, List<String> command) throws IOException {
    List<String> whole =
        new ArrayList<>(
            List.of(
                "env",
                "-i",
                "PATH=" + System.getenv("PATH"),
                "HOME=" + folder,
                "GIT_CONFIG_NOSYSTEM=1",
                "GIT_TERMINAL_PROMPT=0"));
    whole.addAll(command);
    long startNanos = System.nanoTime();
    try (Daemon daemon = host.start(program, whole)) {
      int exit = daemon.awaitExit(LIMIT);
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      if (exit != 0) {
        throw new IOException(program + " ended with " + exit + daemon.tail());
      }
      return new Ended(seconds, daemon.output().strip());
    }
  }

  /**
   * Compares what came with what was to come, byte by byte.
   *
   * @throws IOException if they differ
   */
  static void checkSame(Path expected, Path got) throws IOException {
    long at = Files.mismatch(expected, got);
    if (at >= 0) {
      throw new IOException(
          "%s of %d bytes differs at byte %d from %s of %d"
              .formatted(got, Files.size(got), at, expected, Files.size(expected)));
    }
  }
}
