package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a lab's logs, keys and configurations are; deleted on close unless the user named it. The
 * name carries the id of the process, so that what a killed run left behind is known as such.
 */
public final class LogDirectory implements AutoCloseable {

  private static final String PREFIX = "mptunnel-lab-";
  private static final Duration DELETE_LIMIT = Duration.ofSeconds(5);

  private final Path path;
  private final boolean kept;
  private final Thread shutdownHook = new Thread(this::deleteAtShutdown, "lab-logs");

  private LogDirectory(Path path, boolean kept) {
    this.path = path;
    this.kept = kept;
  }

  /**
   * Makes the directory.
   *
   * @param chosen the user's, which is kept, or null for a temporary one
   */
  public static LogDirectory open(Path chosen) throws IOException {
    if (chosen != null) {
      return new LogDirectory(Files.createDirectories(chosen).toAbsolutePath(), true);
    }
    sweep();
    String prefix = PREFIX + ProcessHandle.current().pid() + "-";
    LogDirectory directory = new LogDirectory(Files.createTempDirectory(prefix), false);
    Runtime.getRuntime().addShutdownHook(directory.shutdownHook);
    return directory;
  }

  private static void sweep() throws IOException {
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(parent, PREFIX + "*-*")) {
      for (Path directory : directories) {
        String pid = directory.getFileName().toString().split("-")[2];
        if (!Namespace.runs(Long.parseLong(pid))) {
          delete(directory);
        }
      }
    }
  }

  /** The directory, which exists. */
  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    if (kept) {
      return;
    }
    delete(path);
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      return; // the process is ending, and the hook finds nothing to do
    }
  }

  /** Tries again, because the lab's processes may log until their own hook has ended them. */
  private void deleteAtShutdown() {
    try {
      Wait.until(DELETE_LIMIT, "the deletion of " + path, this::isDeleted);
    } catch (IOException e) {
      System.err.println("lab: " + e.getMessage());
    }
  }

  private boolean isDeleted() {
    try {
      delete(path);
    } catch (IOException e) {
      return false;
    }
    return true;
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          delete(entry);
        } else {
          Files.deleteIfExists(entry);
        }
      }
    }
    Files.deleteIfExists(directory);
  }
}
