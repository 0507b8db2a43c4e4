package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where a lab's logs, keys and configurations are; deleted on close unless the user named it. */
public record LogDirectory(Path path, boolean kept) implements AutoCloseable {

  /**
   * Makes the directory.
   *
   * @param chosen the user's, which is kept, or null for a temporary one
   */
  public static LogDirectory open(Path chosen) throws IOException {
    return chosen == null
        ? new LogDirectory(Files.createTempDirectory("mptunnel-lab"), false)
        : new LogDirectory(Files.createDirectories(chosen).toAbsolutePath(), true);
  }

  @Override
  public void close() throws IOException {
    if (kept) {
      return;
    }
    List<Path> entries;
    try (Stream<Path> listing = Files.list(path)) {
      entries = listing.toList();
    }
    for (Path entry : entries) {
      Files.delete(entry);
    }
    Files.delete(path);
  }
}
