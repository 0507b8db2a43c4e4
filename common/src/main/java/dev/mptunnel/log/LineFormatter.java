package dev.mptunnel.log;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** One line an event: {@code 2026-11-22 03:28:11.123 INFO text}. */
final class LineFormatter extends Formatter {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT);

  private final boolean stackTraces;

  LineFormatter(boolean stackTraces) {
    this.stackTraces = stackTraces;
  }

  @Override
  public String format(LogRecord event) {
    StringBuilder line = new StringBuilder(100);
    TIME.formatTo(LocalDateTime.ofInstant(event.getInstant(), ZoneId.systemDefault()), line);
    line.append(' ').append(word(event.getLevel())).append(' ');
    appendPrintable(line, String.valueOf(formatMessage(event)));
    Throwable thrown = event.getThrown();
    if (thrown != null && !stackTraces) {
      String message = thrown.getMessage();
      appendPrintable(line.append(": "), message == null ? thrown.toString() : message);
    }
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

  private static String word(Level level) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    if (value >= Level.WARNING.intValue()) {
      return "WARN ";
    }
    return value >= Level.INFO.intValue() ? "INFO " : "DEBUG";
  }
}
