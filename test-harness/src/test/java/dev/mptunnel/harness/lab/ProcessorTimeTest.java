package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Processor time is counted, of children that run and of those that have ended. */
@EnabledOnOs(OS.LINUX)
class ProcessorTimeTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long BURNT_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  @TempDir Path directory;

  @Test
  void theFieldsAreThoseOfTheManual() throws IOException {
    String stat =
        "42 (a) b (c) S 1 42 42 0 -1 4194560 7 8 9 10 1000 200 30 4 20 0 1 0 99 1 2 3 4 5 6";
    assertEquals(TimeUnit.MILLISECONDS.toNanos(12_340), ProcessorTime.parseNanos(stat));
  }

  @Test
  void aShellHasWhatItsChildrenUse() throws IOException {
    // The child burns until it is told to end; the shell waits for it, and then for nothing.
    String script = "sh -c 'while [ ! -e ended ]; do :; done'; echo over; sleep 1000";
    List<String> command = List.of("sh", "-c", "cd " + directory + " && " + script);
    try (Daemon shell = Daemon.start("shell", command, directory.resolve("log"))) {
      Wait.until(
          LIMIT,
          "the time of a child that runs",
          () -> ProcessorTime.ofTreeNanos(shell.pid()) > BURNT_NANOS);
      assertEquals(1, ProcessHandle.of(shell.pid()).orElseThrow().children().count());
      Shell.run("touch", directory.resolve("ended").toString());
      shell.awaitOutput("over", LIMIT);
      assertTrue(ProcessorTime.ofTreeNanos(shell.pid()) > BURNT_NANOS, "that of one that ended");
    }
  }

  @Test
  void aProcessThatIsGoneHasNone() throws IOException {
    Daemon gone = Daemon.start("true", List.of("true"), directory.resolve("log"));
    gone.awaitExit(LIMIT);
    assertThrows(IOException.class, () -> ProcessorTime.ofTreeNanos(gone.pid()));
  }
}
