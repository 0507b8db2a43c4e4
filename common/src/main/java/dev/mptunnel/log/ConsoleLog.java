package dev.mptunnel.log;

import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Sends the log to stderr, a line an event. */
public final class ConsoleLog {

  private ConsoleLog() {}

  /**
   * Sets up the log of this process; called once, first thing. The last lines of a program must be
   * logged before {@link System#exit}: from then on java.util.logging takes its handlers away.
   *
   * @param verbose whether debug messages, Netty's and stack traces are wanted
   */
  public static void install(boolean verbose) {
    LogManager.getLogManager().reset();
    Handler handler = new ConsoleHandler();
    handler.setFormatter(new LineFormatter(verbose));
    handler.setLevel(Level.ALL);
    // A filter here and not a level at each logger: loggers are held weakly, and one that is
    // collected forgets its level.
    handler.setFilter(event -> isWanted(event, verbose));
    Logger root = Logger.getLogger("");
    root.setLevel(verbose ? Level.FINE : Level.INFO);
    root.addHandler(handler);
  }

  static boolean isWanted(LogRecord event, boolean verbose) {
    String logger = event.getLoggerName() == null ? "" : event.getLoggerName();
    int level = event.getLevel().intValue();
    if (logger.startsWith("io.netty.")) {
      return verbose || level >= Level.SEVERE.intValue();
    }
    // The JDK's own classes log here too, and nobody asked for their debugging.
    return level >= Level.INFO.intValue() || logger.startsWith("dev.mptunnel.");
  }
}
