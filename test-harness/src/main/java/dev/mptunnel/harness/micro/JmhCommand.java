package dev.mptunnel.harness.micro;

import dev.mptunnel.core.WindowBenchmark;
import dev.mptunnel.stream.SchedulerBenchmark;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
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
    description = {
      "Measures single parts of the code, on one thread: nanoseconds of one call, with JMH's 99.9"
          + " %% confidence interval, and the bytes that it allocates."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "NAME")
public final class JmhCommand {

  /** What JMH calls the bytes of one call. */
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  /** Runs the benchmarks of writing and reading packets. */
  @Command(
      name = "codec",
      description = "writing and reading the frames of a packet; half a minute")
  public void codec() throws RunnerException {
    run(CodecBenchmark.class);
  }

  /** Runs the benchmarks of the duplicate window. */
  @Command(name = "window", description = "finding duplicates, three copies of each; 10 seconds")
  public void window() throws RunnerException {
    run(WindowBenchmark.class);
  }

  /** Runs the benchmark of choosing tunnels. */
  @Command(name = "scheduler", description = "choosing the tunnel for TCP's bytes; 10 seconds")
  public void scheduler() throws RunnerException {
    run(SchedulerBenchmark.class);
  }

  /** Runs the benchmark of both ends without sockets. */
  @Command(
      name = "core",
      description = "a datagram through both ends over three paths, without sockets; half a minute")
  public void core() throws RunnerException {
    run(CoreBenchmark.class);
  }

  /** Runs the benchmarks of sealing and opening packets. */
  @Command(
      name = "seal",
      description = "sealing and opening packets, beside BouncyCastle; a minute")
  public void seal() throws RunnerException {
    run(PacketBenchmark.class);
  }

  /** Runs the benchmarks of sealing, keys and handshakes. */
  @Command(
      name = "crypto",
      description =
          "sealing and opening packets, keys, a handshake, beside BouncyCastle; 2 minutes")
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
              .addProfiler(GCProfiler.class)
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
    Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
    System.out.printf(
        "%-24s %-18s %,10.1f ns ± %,7.1f %,10.1f B%n",
        figure.getLabel(),
        variant,
        figure.getScore(),
        figure.getScoreError(),
        allocated == null ? Double.NaN : allocated.getScore());
  }
}
