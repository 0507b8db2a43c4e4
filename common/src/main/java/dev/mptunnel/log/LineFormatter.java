package dev.mptunnel.log;

import dev.mptunnel.observe.LogEvent;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** One line an event: {@code 2026-11-22 03:28:11.123 INFO text}. */
final class LineFormatter {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS ", Locale.ROOT);

  private final boolean stackTraces;
  private final boolean times;

  /**
   * A formatter.
   *
   * @param times whether lines begin with the time: a journal has its own
   */
  LineFormatter(boolean stackTraces, boolean times) {
    this.stackTraces = stackTraces;
    this.times = times;
  }

  /**
   * The line, ended.
   *
   * @param thrown what was, or null
   */
  String format(LogEvent event, Throwable thrown) {
    StringBuilder line = new StringBuilder(100);
    if (times) {
      TIME.formatTo(LocalDateTime.ofInstant(event.time(), ZoneId.systemDefault()), line);
    }
    line.append(word(event.level())).append(' ');
    appendPrintable(line, event.text());
    line.append(System.lineSeparator());
    if (thrown != null && stackTraces) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      line.append(trace);
    }
    return line.toString();
  }

  /**
   * Text from the network may be in a message, and must neither forge lines nor drive terminals.
   */
  private static void appendPrintable(StringBuilder line, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      line.append(Character.isISOControl(c) ? ' ' : c);
    }
  }

  private static String word(LogEvent.Level level) {
    return switch (level) {
      case ERROR -> "ERROR";
      case WARNING -> "WARN ";
      case INFO -> "INFO ";
      case DEBUG -> "DEBUG";
    };
  }
}
