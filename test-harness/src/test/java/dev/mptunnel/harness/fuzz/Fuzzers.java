package dev.mptunnel.harness.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fuzzes targets in processes, as many at a time as there are processors. */
final class Fuzzers implements AutoCloseable {

  /** For starting the JVM and instrumenting the classes on a machine that has other work. */
  private static final int EXTRA_SECONDS = 120;

  private static final Path FOLDER = Path.of("target", "fuzz");
  private static final String UNITS = "stat::number_of_executed_units: *";

  /** What came of a process; what it found is null where that is nothing. */
  record Outcome(List<FuzzTargets> targets, int exitCode, String log, byte[] found) {

    /** How many inputs one of its targets has taken. */
    long inputs(FuzzTargets target) {
      String before = targets.size() == 1 ? UNITS : TargetMix.countOf(target);
      Matcher matcher = Pattern.compile(before + "([0-9]+)").matcher(log);
      return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    /** The target with which something was found. */
    FuzzTargets foundIn() {
      return targets.get(isOfMix() ? found[0] & 0xff : 0);
    }

    /** What that target took. */
    byte[] foundInput() {
      return isOfMix() ? TargetMix.inputOf(found) : found;
    }

    private boolean isOfMix() {
      return targets.size() > 1 && found.length > 0;
    }
  }

  private final Map<FuzzTargets, Future<Outcome>> outcomes = new EnumMap<>(FuzzTargets.class);
  private final ExecutorService runners =
      Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());

  private final boolean forget;

  /** Fuzzers that know nothing of earlier runs, or go on from there. */
  Fuzzers(boolean forget) {
    this.forget = forget;
  }

  /** Fuzzes these in one process, as soon as a processor is free. */
  void start(List<FuzzTargets> share, int seconds) {
    Future<Outcome> outcome = runners.submit(() -> fuzz(share, seconds));
    share.forEach(target -> outcomes.put(target, outcome));
  }

  /** What came of the process of a target, as soon as it has ended. */
  Outcome of(FuzzTargets target) throws Exception {
    return outcomes.get(target).get();
  }

  /** Nothing was found, and with enough inputs to say so. */
  void assertNothingFound(FuzzTargets target, long minInputs) throws Exception {
    Outcome outcome = of(target);
    if (outcome.found != null) {
      FuzzTargets culprit = outcome.foundIn();
      String again = Fuzz.howToRepeat(culprit, outcome.foundInput());
      throw new AssertionError(outcome.log + "\n" + culprit + ": a finding\n" + again);
    }
    assertEquals(0, outcome.exitCode, outcome.log);
    long inputs = outcome.inputs(target);
    System.out.printf("%s took %d inputs%n", target, inputs);
    assertTrue(inputs >= minInputs, inputs + " inputs of " + target + "\n" + outcome.log);
  }

  private Outcome fuzz(List<FuzzTargets> share, int seconds)
      throws IOException, InterruptedException {
    FuzzRun run = new FuzzRun(share, FOLDER);
    if (forget) {
      run.forget();
    }
    Files.createDirectories(FOLDER);
    Path log = FOLDER.resolve(run + ".log");
    Process process = run.start(seconds, ProcessBuilder.Redirect.to(log.toFile()));
    try {
      assertTrue(
          process.waitFor(seconds + EXTRA_SECONDS, TimeUnit.SECONDS),
          () -> run + " has not ended; see " + log);
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(share, process.exitValue(), Files.readString(log), run.foundInput());
  }

  @Override
  public void close() {
    runners.shutdownNow();
  }
}
