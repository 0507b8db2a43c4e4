package dev.mptunnel.log;

import dev.mptunnel.observe.LogEvent;
import java.io.PrintStream;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.slf4j.MDC;

/** Where all that is logged comes by: to stderr, and into the journal. */
final class LogOutput extends Handler {

  /** The kind of what nobody gave one. */
  private static final String PLAIN = "log";

  private final PrintStream out;
  private final boolean verbose;
  private final BiFunction<LogEvent, Throwable, String> formatter;
  private final Journal journal;
  private final LongSupplier clock;
  private final Consumer<Runnable> later;
  private final RepeatLimit limit = new RepeatLimit();
  private final AtomicBoolean isRestAwaited = new AtomicBoolean();
  private final SimpleFormatter parameters = new SimpleFormatter();

  /**
   * @param verbose whether debug messages, Netty's and stack traces are wanted, and repeats
   * @param formatter makes a line, ended, of an event and what was thrown
   * @param clock in nanoseconds
   * @param later runs something after {@link RepeatLimit#PATIENCE_NANOS}
   */
  LogOutput(
      PrintStream out,
      boolean verbose,
      BiFunction<LogEvent, Throwable, String> formatter,
      Journal journal,
      LongSupplier clock,
      Consumer<Runnable> later) {
    this.out = out;
    this.verbose = verbose;
    this.formatter = formatter;
    this.journal = journal;
    this.clock = clock;
    this.later = later;
  }

  @Override
  public void publish(LogRecord told) {
    boolean isShown = isWanted(told, verbose);
    if (!isShown && !isQuiet(told)) {
      return;
    }
    String text = text(told);
    LogEvent.Level level = level(told.getLevel());
    int leftOut = verbose || !isShown ? 0 : limit.take(clock.getAsLong(), level, text);
    LogEvent event = event(told, leftOut <= 0 ? text : text + " (and " + leftOut + " times more)");
    if (isQuiet(told) || (level != LogEvent.Level.DEBUG && isForJournal(event, leftOut))) {
      journal.add(event);
    }
    if (leftOut < 0) {
      awaitRest();
    } else if (isShown) {
      print(event, told.getThrown());
    }
  }

  /** All that has a kind, and of the rest what is new and not one of too many harmless lines. */
  private static boolean isForJournal(LogEvent event, int leftOut) {
    return switch (leftOut) {
      case RepeatLimit.REPEATED -> !event.kind().equals(PLAIN);
      case RepeatLimit.FLOODED ->
          !event.kind().equals(PLAIN) || event.level() != LogEvent.Level.INFO;
      default -> true;
    };
  }

  private void print(LogEvent event, Throwable thrown) {
    out.print(formatter.apply(event, thrown));
    out.flush();
  }

  private void awaitRest() {
    if (isRestAwaited.compareAndSet(false, true)) {
      later.accept(
          () -> {
            tellRest(false);
            isRestAwaited.set(false);
            if (limit.hasRest()) {
              awaitRest();
            }
          });
    }
  }

  private void tellRest(boolean isEnd) {
    for (RepeatLimit.Rest rest : limit.rest(clock.getAsLong(), isEnd)) {
      LogEvent event = new LogEvent(0, Instant.now(), rest.level(), PLAIN, null, null, rest.text());
      journal.add(event);
      print(event, null);
    }
  }

  private static LogEvent event(LogRecord told, String text) {
    String kind = MDC.get(About.KIND);
    String path = MDC.get(About.PATH);
    return new LogEvent(
        0,
        told.getInstant(),
        level(told.getLevel()),
        kind == null ? PLAIN : kind,
        MDC.get(About.SESSION),
        path == null ? null : Integer.valueOf(path),
        text);
  }

  /** Without a stack trace, what was thrown is a part of the text. */
  private String text(LogRecord told) {
    String text = String.valueOf(parameters.formatMessage(told));
    Throwable thrown = told.getThrown();
    if (thrown == null || verbose) {
      return text;
    }
    return text + ": " + (thrown.getMessage() == null ? thrown : thrown.getMessage());
  }

  static boolean isWanted(LogRecord told, boolean verbose) {
    int level = told.getLevel().intValue();
    if (logger(told).startsWith("io.netty.")) {
      return verbose || level >= Level.SEVERE.intValue();
    }
    // The JDK's own classes log here too, and nobody asked for their debugging.
    return level >= Level.INFO.intValue() || (verbose && logger(told).startsWith("dev.mptunnel."));
  }

  private static boolean isQuiet(LogRecord told) {
    return logger(told).equals(About.class.getName());
  }

  private static String logger(LogRecord told) {
    return told.getLoggerName() == null ? "" : told.getLoggerName();
  }

  private static LogEvent.Level level(Level level) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return LogEvent.Level.ERROR;
    }
    if (value >= Level.WARNING.intValue()) {
      return LogEvent.Level.WARNING;
    }
    return value >= Level.INFO.intValue() ? LogEvent.Level.INFO : LogEvent.Level.DEBUG;
  }

  @Override
  public void flush() {
    out.flush();
  }

  @Override
  public void close() {
    tellRest(true);
    flush();
  }
}
