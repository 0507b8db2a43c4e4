package dev.mptunnel.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.BridgeCommand;
import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.doctor.Finding;
import dev.mptunnel.doctor.Report;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CheckupTest {

  private static final Finding DEAD = Finding.fail("server", "a:1", "is dead", "wake it");

  private final Handler[] handlers = Logger.getLogger("").getHandlers();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** The log of this process is not the program's. */
  @AfterEach
  void restoreTheLog() {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    for (Handler handler : handlers) {
      root.addHandler(handler);
    }
  }

  private int run(Checkup.Examiner<BridgeConfig> examiner, String... args) {
    return new Checkup<>(BridgeCommand.check(), examiner)
        .run(
            args,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void itPrintsWhatWasFoundAndSaysInItsStatusWhetherThatWorks() {
    assertEquals(1, run(_ -> Report.of(List.of(DEAD)), "check", "4000", "a:1"));
    assertEquals("fail  a:1: is dead; wake it\n", out());
    assertEquals(0, run(_ -> Report.of(List.of()), "check", "4000", "a:1"));
    assertEquals("", err());
  }

  @Test
  void orAsJson() {
    assertEquals(1, run(_ -> Report.of(List.of(DEAD)), "check", "--json", "4000", "a:1"));
    assertTrue(out().startsWith("{\"works\": false, \"findings\": [\n"), out());
  }

  @Test
  void whatCannotBeUsedIsNotLookedAt() {
    assertEquals(
        2,
        run(
            _ -> {
              throw new IllegalStateException("looked");
            },
            "check",
            "4000"));
    assertEquals(
        """
        mpbridge check: no server is given; expected mpbridge PORT HOST:PORT
        try 'mpbridge check --help'
        """,
        err());
    assertEquals(
        2,
        run(
            _ -> {
              throw new IOException("no engine");
            },
            "check",
            "4000",
            "a:1"));
    assertTrue(err().endsWith("mpbridge check: no engine\n"), err());
  }

  @Test
  void onlyTheFirstWordAsksForIt() {
    assertTrue(Checkup.isAsked("check", "check", "4000"));
    assertFalse(Checkup.isAsked("check", "4000", "check"));
    assertFalse(Checkup.isAsked("check"));
  }
}
