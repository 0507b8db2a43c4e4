package dev.mptunnel.log;

import dev.mptunnel.observe.LogEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** Sends the log to stderr, a line an event. */
public final class ConsoleLog {

  /** A logger is held weakly, and one that is collected forgets its level. */
  private static final Logger QUIET = Logger.getLogger(About.class.getName());

  private ConsoleLog() {}

  /**
   * Sets up the log of this process; called once, first thing. The last lines of a program must be
   * logged before {@link System#exit}: from then on java.util.logging takes its handlers away.
   *
   * @param verbose whether debug messages, Netty's and stack traces are wanted
   * @param json whether each line is a JSON object
   * @param environment the variables of the environment
   * @return what keeps the latest lines
   */
  public static Journal install(boolean verbose, boolean json, Map<String, String> environment) {
    LogManager.getLogManager().reset();
    Journal journal = new Journal();
    BiFunction<LogEvent, Throwable, String> formatter =
        json
            ? new JsonFormatter(verbose)::format
            : new LineFormatter(verbose, !isJournal(environment.get("JOURNAL_STREAM")))::format;
    LogOutput output =
        new LogOutput(
            System.err,
            verbose,
            formatter,
            journal,
            System::nanoTime,
            CompletableFuture.delayedExecutor(RepeatLimit.PATIENCE_NANOS, TimeUnit.NANOSECONDS)
                ::execute);
    output.setLevel(Level.ALL);
    Logger root = Logger.getLogger("");
    root.setLevel(verbose ? Level.FINE : Level.INFO);
    root.addHandler(output);
    QUIET.setLevel(Level.FINE);
    return journal;
  }

  /**
   * Whether stderr is systemd's journal, which has the time of each line itself: it says which
   * device and inode it is (systemd.exec, JOURNAL_STREAM), and a terminal that was started in such
   * a service has the variable too.
   */
  static boolean isJournal(String deviceAndInode) {
    if (deviceAndInode == null) {
      return false;
    }
    try {
      Map<String, Object> stderr = Files.readAttributes(Path.of("/proc/self/fd/2"), "unix:dev,ino");
      return List.of(deviceAndInode.split(":"))
          .equals(List.of(stderr.get("dev").toString(), stderr.get("ino").toString()));
    } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
      return false; // no Linux
    }
  }
}
