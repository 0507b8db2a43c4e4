package dev.mptunnel.harness.micro;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;

/**
 * {@code bench jmh}: how long single parts take. Each figure is the mean of five turns of 400 ms in
 * a process of its own, after 1.5 s of warm-up; what stands behind it is JMH's 99.9 % confidence
 * interval.
 */
@Command(
    name = "jmh",
    description = "Measures single parts of the code.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "NAME")
public final class JmhCommand {

  /** Runs the benchmarks of sealing, keys and handshakes. */
  @Command(
      name = "crypto",
      description = "sealing and opening packets, keys, a handshake, beside BouncyCastle; a minute")
  public void crypto() throws RunnerException {
    run(PacketBenchmark.class, KeyBenchmark.class);
  }

  private static void run(Class<?>... benchmarks) throws RunnerException {
    for (Class<?> benchmark : benchmarks) {
      ChainedOptionsBuilder options =
          new OptionsBuilder()
              .include(benchmark.getName())
              .mode(Mode.AverageTime)
              .timeUnit(TimeUnit.NANOSECONDS)
              .forks(1)
              .warmupIterations(3)
              .warmupTime(TimeValue.milliseconds(500))
              .measurementIterations(5)
              .measurementTime(TimeValue.milliseconds(400))
              .verbosity(VerboseMode.SILENT);
      Collection<RunResult> results = new Runner(options.build()).run();
      for (RunResult result : results) {
        print(result);
      }
    }
  }

  private static void print(RunResult result) {
    Result<?> figure = result.getPrimaryResult();
    String variant =
        String.join(
            " ",
            result.getParams().getParamsKeys().stream().map(result.getParams()::getParam).toList());
    System.out.printf(
        "%-24s %-14s %,10.0f ns ± %,.0f%n",
        figure.getLabel(), variant, figure.getScore(), figure.getScoreError());
  }
}
