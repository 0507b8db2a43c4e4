package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A child process whose output goes to a log file. */
public final class Daemon implements AutoCloseable {

  private static final Duration TERM_LIMIT = Duration.ofSeconds(3);

  private final String name;
  private final Process process;
  private final Path log;

  private Daemon(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a process; standard output and error go to the log.
   *
   * @param name what errors call it
   */
  public static Daemon start(String name, List<String> command, Path log) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    return new Daemon(name, process, log);
  }

  /** Everything that the process has printed so far. */
  public String output() throws IOException {
    return Files.readString(log);
  }

  /** The process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether the process runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits until the process has printed something that matches. */
  public void awaitOutput(String regex, Duration limit) throws IOException {
    Pattern pattern = Pattern.compile(regex);
    Wait.until(
        limit,
        "/" + regex + "/ from " + this,
        () -> {
          boolean alive = isAlive();
          boolean found = pattern.matcher(output()).find();
          if (!found && !alive) {
            throw new IOException(this + " ended with " + process.exitValue() + tail());
          }
          return found;
        });
  }

  /**
   * Waits for the end of the process; kills it at the time limit.
   *
   * @return its exit code
   */
  public int awaitExit(Duration limit) throws IOException {
    try {
      if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return process.exitValue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    kill();
    throw new IOException(this + " still ran after " + limit.toSeconds() + " s" + tail());
  }

  /** Sends SIGKILL and waits for the end. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Sends SIGTERM, after a few seconds SIGKILL, and waits for the end. Idempotent. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (process.waitFor(TERM_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    kill();
  }

  /** The last lines of the log, to put into an error. */
  public String tail() {
    try {
      List<String> lines = output().lines().toList();
      return ":\n  "
          + String.join("\n  ", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
    } catch (IOException | UncheckedIOException e) {
      return " (its log cannot be read: " + e.getMessage() + ")";
    }
  }

  @Override
  public String toString() {
    return name + " (pid " + pid() + ")";
  }
}
