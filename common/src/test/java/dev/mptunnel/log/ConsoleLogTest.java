package dev.mptunnel.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class ConsoleLogTest {

  private static final String TIME = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} ";

  @Test
  void anEventIsOneLineWhateverItsTextHolds() {
    LogRecord event = new LogRecord(Level.INFO, "hello\nERROR \033[31mforged");
    String line = new LineFormatter(false).format(event);
    assertTrue(line.matches(TIME + "INFO  hello ERROR  \\[31mforged\\R"), line);
  }

  @Test
  void aStackTraceIsShownOnlyWhenAskedFor() {
    LogRecord event = new LogRecord(Level.WARNING, "cannot bind");
    event.setThrown(new IOException("address in use"));

    String line = new LineFormatter(false).format(event);
    assertTrue(line.matches(TIME + "WARN  cannot bind: address in use\\R"), line);
    String trace = new LineFormatter(true).format(event);
    assertTrue(trace.contains("\tat " + getClass().getName()), trace);
  }

  @Test
  void nettyAndTheJdkAreHeardOnlyWhereTheyAreWanted() {
    assertEquals(false, ConsoleLog.isWanted(event("io.netty.util", Level.WARNING), false));
    assertEquals(true, ConsoleLog.isWanted(event("io.netty.util", Level.SEVERE), false));
    assertEquals(true, ConsoleLog.isWanted(event("io.netty.util", Level.FINE), true));
    assertEquals(false, ConsoleLog.isWanted(event("sun.net.www", Level.FINE), true));
    assertEquals(true, ConsoleLog.isWanted(event("dev.mptunnel.core", Level.FINE), true));
  }

  private static LogRecord event(String logger, Level level) {
    LogRecord event = new LogRecord(level, "text");
    event.setLoggerName(logger);
    return event;
  }
}
