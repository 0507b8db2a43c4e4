package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.log.ConsoleLog;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.slf4j.LoggerFactory;

class SignalsTest {

  /** A program as ours are: it logs on USR1, and on TERM says goodbye and leaves with 7. */
  static final class Child {

    public static void main(String[] args) throws InterruptedException {
      ConsoleLog.install(false, false, Map.of());
      var log = LoggerFactory.getLogger(Child.class);
      log.debug("not to be seen");
      boolean usr1 = Signals.on("USR1", () -> log.info("figures"));
      boolean term =
          Signals.on(
              "TERM",
              () -> {
                log.info("goodbye");
                System.exit(7);
              });
      log.info("ready {} {}", usr1, term);
      Thread.sleep(60_000);
    }
  }

  @Test
  @Timeout(60)
  @DisabledOnOs(OS.WINDOWS)
  void aSignalRunsItsActionInsteadOfEndingTheProcess() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .start();
    try (BufferedReader log = child.errorReader()) {
      assertLine("INFO  ready true true", log);
      signal("USR1", child);
      assertLine("INFO  figures", log);
      signal("USR1", child);
      assertLine("INFO  figures", log);
      signal("TERM", child);
      assertLine("INFO  goodbye", log);
      assertTrue(child.waitFor(20, TimeUnit.SECONDS));
      assertEquals(7, child.exitValue());
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void aSignalThatIsNoneOrTheJvmsOwnIsRefused() {
    assertFalse(Signals.on("NONESUCH", () -> {}));
    assertFalse(Signals.on("KILL", () -> {}));
  }

  private static void assertLine(String expected, BufferedReader log) throws Exception {
    String line = log.readLine();
    assertNotNull(line, "the child ended before it said: " + expected);
    assertTrue(line.endsWith(" " + expected), line);
  }

  private static void signal(String name, Process child) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(child.pid())).start();
    assertEquals(0, kill.waitFor());
  }
}
