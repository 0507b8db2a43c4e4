package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A short run of what {@code lab cpu} measures, with real programs. */
@Tag("full")
@EnabledOnOs(OS.LINUX)
class CpuBenchmarkTest {

  private static final int PER_SECOND = 400;
  private static final int SECONDS = 2;

  @TempDir Path directory;

  @Test
  void everyVariantCarriesItsShareAndIsMeasured() throws IOException {
    CpuVariant auto = new CpuVariant("auto", List.of(), List.of());
    run(Direction.UP, List.of(auto, CpuVariant.parse("nio=--engine nio")));
  }

  @Test
  void theTargetMaySendTheStream() throws IOException {
    run(Direction.DOWN, List.of(new CpuVariant("auto", List.of(), List.of())));
  }

  private void run(Direction direction, List<CpuVariant> variants) throws IOException {
    CpuBenchmark benchmark = new CpuBenchmark(PER_SECOND, 1_400, 1, SECONDS, directory);
    List<CpuRun> runs = benchmark.round(variants, direction);
    assertEquals(
        variants.stream().map(CpuVariant::name).toList(),
        runs.stream().map(CpuRun::variant).toList());
    for (CpuRun run : runs) {
      assertEquals(SECONDS * PER_SECOND, run.used().datagrams(), run.toString());
      assertEquals(0, run.lost(), run.toString());
      assertTrue(run.used().clientMicros() > 1 && run.used().serverMicros() > 1, run.toString());
    }
  }

  @Test
  void anOptionThatAProgramDoesNotKnowIsToldWithWhatTheProgramSaid() {
    CpuBenchmark benchmark = new CpuBenchmark(PER_SECOND, 1_400, 1, 1, directory);
    List<CpuVariant> variants = List.of(CpuVariant.parse("wrong=--no-such-option x"));
    IOException e = assertThrows(IOException.class, () -> benchmark.round(variants, Direction.UP));
    assertTrue(e.getMessage().contains("no-such-option"), e.getMessage());
  }
}
