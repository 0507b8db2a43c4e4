package dev.mptunnel.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.observe.LogEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class ConsoleLogTest {

  private static final String TIME = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} ";

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final Journal journal = new Journal();
  private long now;
  private Runnable rest;

  @Test
  void anEventIsOneLineWhateverItsTextHolds() {
    told(false, text(true), new LogRecord(Level.INFO, "hello\nERROR \033[31mforged"));
    assertTrue(lines().matches(TIME + "INFO  hello ERROR  \\[31mforged\\R"), lines());
  }

  @Test
  void aStackTraceIsShownOnlyWhenAskedFor() {
    LogRecord event = new LogRecord(Level.WARNING, "cannot bind");
    event.setThrown(new IOException("address in use"));
    told(false, text(true), event);
    assertTrue(lines().matches(TIME + "WARN  cannot bind: address in use\\R"), lines());

    written.reset();
    told(true, new LineFormatter(true, true)::format, event);
    assertTrue(lines().contains("\tat " + getClass().getName()), lines());
  }

  @Test
  void aJournalHasItsOwnTimes() {
    told(false, text(false), new LogRecord(Level.INFO, "hello"));
    assertEquals("INFO  hello" + System.lineSeparator(), lines());
    assertFalse(ConsoleLog.isJournal(null));
    assertFalse(ConsoleLog.isJournal("1:2"), "a terminal that was started in a service");
    assertFalse(ConsoleLog.isJournal("nonsense"));
  }

  @Test
  void jsonIsOneObjectALine() {
    told(
        false,
        new JsonFormatter(false)::format,
        new LogRecord(Level.SEVERE, "he said \"no\"\nand left"));
    assertTrue(
        lines()
            .matches(
                "\\{\"time\":\"[^\"]+\",\"level\":\"error\",\"kind\":\"log\","
                    + "\"text\":\"he said \\\\\"no\\\\\"\\\\nand left\"}\\R"),
        lines());
  }

  @Test
  void nettyAndTheJdkAreHeardOnlyWhereTheyAreWanted() {
    assertEquals(false, LogOutput.isWanted(event("io.netty.util", Level.WARNING), false));
    assertEquals(true, LogOutput.isWanted(event("io.netty.util", Level.SEVERE), false));
    assertEquals(true, LogOutput.isWanted(event("io.netty.util", Level.FINE), true));
    assertEquals(false, LogOutput.isWanted(event("sun.net.www", Level.FINE), true));
    assertEquals(true, LogOutput.isWanted(event("dev.mptunnel.core", Level.FINE), true));
  }

  @Test
  void theSameLineAgainAndAgainIsToldFiveTimesAMinute() {
    LogOutput output = output(false, text(false));
    for (int i = 0; i < 1_000; i++) {
      output.publish(new LogRecord(Level.WARNING, "no room"));
    }
    assertEquals(5, lines().lines().count(), lines());
    assertEquals(5, journal.latest().size());
    output.publish(new LogRecord(Level.WARNING, "something else"));
    now += TimeUnit.MINUTES.toNanos(1);
    output.publish(new LogRecord(Level.WARNING, "no room"));
    List<String> all = lines().lines().toList();
    assertEquals("WARN  something else", all.get(5));
    assertEquals("WARN  no room (and 995 times more)", all.get(6));
  }

  @Test
  void aFloodOfLinesThatDifferEnds() {
    LogOutput output = output(false, text(false));
    for (int i = 0; i < 5_000; i++) {
      output.publish(new LogRecord(Level.WARNING, "line " + i));
    }
    assertEquals(1_000, lines().lines().count());
    assertEquals(Journal.EVENTS, journal.latest().size());
    now += TimeUnit.SECONDS.toNanos(10);
    rest.run();
    assertEquals(
        "WARN  4000 lines left out, since there were more than 1000 in 10 s",
        lines().lines().toList().getLast());
    output.publish(new LogRecord(Level.WARNING, "calm again"));
    assertEquals("WARN  calm again", lines().lines().toList().getLast());
    assertEquals("line 4999", journal.latest().get(Journal.EVENTS - 3).text());
    output.close();
    assertEquals(1_002, lines().lines().count());
  }

  @Test
  void noErrorIsLostInAFlood() {
    LogOutput output = output(false, text(false));
    for (int i = 0; i < 2_000; i++) {
      output.publish(new LogRecord(Level.INFO, "line " + i));
    }
    output.publish(new LogRecord(Level.SEVERE, "no socket"));
    assertEquals("ERROR no socket", lines().lines().toList().getLast());
    assertEquals("no socket", journal.latest().getLast().text());
    assertEquals("line 999", journal.latest().get(Journal.EVENTS - 2).text());
  }

  @Test
  void whatIsRepeatedAndStopsIsCountedAllTheSame() {
    LogOutput output = output(false, text(false));
    for (int i = 0; i < 100; i++) {
      output.publish(new LogRecord(Level.SEVERE, "no room"));
    }
    now += TimeUnit.SECONDS.toNanos(10);
    rest.run();
    assertEquals(5, lines().lines().count(), "it may come again");
    now += TimeUnit.SECONDS.toNanos(50);
    rest.run();
    assertEquals("ERROR no room (95 times more)", lines().lines().toList().getLast());
    output.publish(new LogRecord(Level.SEVERE, "no room"));
    assertEquals("ERROR no room", lines().lines().toList().getLast());
    for (int i = 0; i < 10; i++) {
      output.publish(new LogRecord(Level.SEVERE, "no room"));
    }
    output.close();
    assertEquals("ERROR no room (6 times more)", lines().lines().toList().getLast());
  }

  @Test
  void whatIsOfNoNewsIsInTheJournalAlone() {
    LogRecord quiet = event(About.class.getName(), Level.FINE);
    told(false, text(false), quiet);
    assertEquals("", lines());
    assertEquals("text", journal.latest().getFirst().text());
    assertEquals(LogEvent.Level.DEBUG, journal.latest().getFirst().level());
  }

  @Test
  void whatIsOfNoNewsPushesOutNothingElse() {
    told(false, text(false), new LogRecord(Level.WARNING, "path 0 is down"));
    for (int i = 0; i < 1_000; i++) {
      told(false, text(false), event(About.class.getName(), Level.FINE));
    }
    told(false, text(false), new LogRecord(Level.INFO, "path 0 is up"));
    List<LogEvent> events = journal.latest();
    assertEquals(Journal.QUIET_EVENTS + 2, events.size());
    assertEquals("path 0 is down", events.getFirst().text());
    assertEquals(1_001, events.get(Journal.QUIET_EVENTS).number());
    assertEquals("path 0 is up", events.getLast().text());
    assertEquals(List.of(events.getLast()), journal.after(1_001));
  }

  private void told(
      boolean verbose, BiFunction<LogEvent, Throwable, String> formatter, LogRecord event) {
    output(verbose, formatter).publish(event);
  }

  private LogOutput output(boolean verbose, BiFunction<LogEvent, Throwable, String> formatter) {
    PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);
    return new LogOutput(out, verbose, formatter, journal, () -> now, task -> rest = task);
  }

  private static BiFunction<LogEvent, Throwable, String> text(boolean times) {
    return new LineFormatter(false, times)::format;
  }

  private String lines() {
    return written.toString(StandardCharsets.UTF_8);
  }

  private static LogRecord event(String logger, Level level) {
    LogRecord event = new LogRecord(level, "text");
    event.setLoggerName(logger);
    return event;
  }
}
