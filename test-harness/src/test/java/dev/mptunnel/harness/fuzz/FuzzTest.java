package dev.mptunnel.harness.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every target, fuzzed for 5 s, or for as long as {@code -Dmptunnel.fuzz.seconds} says. A process
 * each, twice as many at a time as there are processors: much of its time goes by while it starts.
 */
class FuzzTest {

  private static final boolean IS_SHORT = System.getProperty("mptunnel.fuzz.seconds") == null;
  private static final int SECONDS = Integer.getInteger("mptunnel.fuzz.seconds", 5);

  /** For starting the JVM and instrumenting the classes on a machine that has other work. */
  private static final int EXTRA_SECONDS = 60;

  private static final Path FOLDER = Path.of("target", "fuzz");
  private static final Pattern RUNS = Pattern.compile("stat::number_of_executed_units: *([0-9]+)");

  private record Outcome(int exitCode, String log, byte[] found) {}

  private static final Map<FuzzTargets, Future<Outcome>> OUTCOMES =
      new EnumMap<>(FuzzTargets.class);
  private static ExecutorService runners;

  @BeforeAll
  static void startAll() {
    runners = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    for (FuzzTargets target : FuzzTargets.values()) {
      OUTCOMES.put(target, runners.submit(() -> run(target)));
    }
  }

  @AfterAll
  static void stopAll() {
    runners.shutdownNow();
  }

  private static Outcome run(FuzzTargets target) throws IOException, InterruptedException {
    FuzzRun run = new FuzzRun(target, FOLDER);
    if (IS_SHORT || target == FuzzTargets.CANARY) {
      run.forget(); // or 5 s would go by with what is known already, as where the canary sits
    }
    Files.createDirectories(FOLDER);
    Path log = FOLDER.resolve(target + ".log");
    Process process = run.start(SECONDS, ProcessBuilder.Redirect.to(log.toFile()));
    try {
      assertTrue(
          process.waitFor(SECONDS + EXTRA_SECONDS, TimeUnit.SECONDS),
          () -> target + " has not ended; see " + log);
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(process.exitValue(), Files.readString(log), run.foundInput());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CANARY")
  void nothingIsFound(FuzzTargets target) throws Exception {
    Outcome outcome = OUTCOMES.get(target).get();
    if (outcome.found != null) {
      throw new AssertionError(
          outcome.log + "\n" + target + ": a finding\n" + Fuzz.howToRepeat(target, outcome.found));
    }
    assertEquals(0, outcome.exitCode, outcome.log);
    Matcher runs = RUNS.matcher(outcome.log);
    assertTrue(runs.find() && Long.parseLong(runs.group(1)) > 0, outcome.log);
  }

  /** The canary must be found, and in a way that a person can follow: the rig works. */
  @Test
  void theCanaryIsFound() throws Exception {
    Outcome outcome = OUTCOMES.get(FuzzTargets.CANARY).get();
    assertEquals(FuzzRun.FOUND, outcome.exitCode, outcome.log);
    assertTrue(outcome.log.contains(CanaryTarget.SONG), outcome.log);
    assertNotNull(outcome.found, outcome.log);
    FuzzTarget canary = FuzzTargets.CANARY.create();
    assertThrows(IllegalStateException.class, () -> canary.accept(outcome.found));
  }
}
