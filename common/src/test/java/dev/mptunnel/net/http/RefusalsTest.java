package dev.mptunnel.net.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mptunnel.net.http.Refusals.Reason;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class RefusalsTest {

  /** What this thread logs; others may log, too. */
  private static final class Lines extends Handler {

    private final long thread = Thread.currentThread().threadId();
    private final List<String> told = new CopyOnWriteArrayList<>();

    @Override
    public void publish(LogRecord line) {
      if (line.getLongThreadID() == thread) {
        told.add(line.getLevel() + " " + line.getMessage());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void eachReasonIsToldOnceAndCountedEachTime() {
    Logger logger = Logger.getLogger(Refusals.class.getName());
    Lines lines = new Lines();
    logger.addHandler(lines);
    Refusals refusals = new Refusals();
    try {
      for (int i = 0; i < 3; i++) {
        refusals.add(Reason.TOKEN);
        refusals.add(Reason.STREAMS, 16);
      }
    } finally {
      logger.removeHandler(lines);
    }
    assertEquals(6, refusals.count());
    assertEquals(
        List.of(
            "WARNING status: refused a request without the token;"
                + " it is counted, and not told again",
            "WARNING status: refused more streams of events than 16;"
                + " it is counted, and not told again"),
        lines.told);
  }
}
