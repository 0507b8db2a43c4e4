package dev.mptunnel.harness.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PauseLogTest {

  private static final String SAFEPOINT =
      "[0.624s] Safepoint \"SerialGCCollect\", Time since last: 1088986 ns, Reaching safepoint:"
          + " 1189 ns, At safepoint: 9175888 ns, Leaving safepoint: 2410 ns, Total: 9179487 ns,"
          + " Threads: 0 runnable, 10 total";
  private static final String COLLECTION =
      "[0.614s] GC(18) Pause Young (Allocation Failure) 21M->4M(61M) 0.030ms";

  @TempDir Path directory;

  @Test
  void linesOfPausesAreTold() {
    assertEquals(9_179_487, PauseLog.nanos(SAFEPOINT));
    assertEquals(30_000, PauseLog.nanos(COLLECTION));
    assertEquals(0, PauseLog.nanos("[0.004s] Using Serial"));
  }

  @Test
  void onlyWhatCameSinceCounts() throws IOException {
    PauseLog log = new PauseLog(directory.resolve("pauses.log"));
    assertEquals(0, log.longestNanos(log.lines()));
    Files.write(log.file(), List.of(SAFEPOINT, COLLECTION));
    assertEquals(9_179_487, log.longestNanos(0));
    assertEquals(30_000, log.longestNanos(1));
    assertEquals(0, log.longestNanos(log.lines()));
  }

  @Test
  void thisVeryJvmWritesWhatIsRead() throws IOException, InterruptedException {
    PauseLog log = new PauseLog(directory.resolve("java.log"));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                java,
                "-XX:+UseSerialGC",
                "-Xmx32m",
                log.option(),
                "-XX:+PrintFlagsFinal",
                "-version")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("out").toFile())
            .start();
    assertEquals(0, process.waitFor());
    assertEquals(true, log.lines() > 0);
  }
}
