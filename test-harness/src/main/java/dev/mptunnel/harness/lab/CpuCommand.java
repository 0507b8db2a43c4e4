package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lab cpu}: what a datagram costs mpclient and mpserver, in several ways to run them. */
@Command(
    name = "cpu",
    description =
        "Measures what a datagram costs mpclient and mpserver, on loopback; without root.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class CpuCommand implements Callable<Integer> {

  @Option(names = "--rate", description = "Datagrams a second.")
  private int perSecond = 5_000;

  @Option(names = "--bytes", description = "Length of a datagram.")
  private int bytes = 1_400;

  @Option(
      names = "--warm-up",
      description = "Seconds of load on each variant before what is measured.")
  private int warmUpSeconds = 20;

  @Option(names = "--seconds", description = "Seconds of load on each that are measured.")
  private int seconds = 20;

  @Option(names = "--runs", description = "Runs up, each with new processes of all variants.")
  private int runsUp = 5;

  @Option(names = "--runs-down", description = "The same down.")
  private int runsDown = 1;

  @Option(
      names = "--also",
      paramLabel = "NAME=OPTIONS",
      description = "Another variant, such as 'nio=--engine nio': options of both programs.")
  private List<String> also = List.of();

  @Option(
      names = "--watched",
      description =
          "Also one that is watched: its pages open, and asked for its metrics each second.")
  private boolean watched;

  @Option(
      names = "--only",
      split = ",",
      description = "Which variants take part; all if not given.")
  private List<String> only = List.of();

  @Option(names = "--keep-logs", description = "A directory for all logs, which is kept.")
  private Path logs;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    List<CpuVariant> variants = variants();
    PrintStream out = System.out;
    out.printf(
        "3 paths on loopback, %d datagrams of %d bytes a second, %d s after %d s of warm-up%n",
        perSecond, bytes, seconds, warmUpSeconds);
    out.println(
        "µs of processor time, user and system, of the client and the server for a datagram;");
    out.println("medians; a machine that is busy otherwise makes all of it more");
    CpuReport report = new CpuReport(out);
    Runtime.getRuntime().addShutdownHook(new Thread(CpuCommand::killChildren, "lab-cleanup"));
    try (LogDirectory directory = LogDirectory.open(logs)) {
      CpuBenchmark benchmark =
          new CpuBenchmark(perSecond, bytes, warmUpSeconds, seconds, directory.path());
      rounds(benchmark, variants, Direction.UP, runsUp, report);
      rounds(benchmark, variants, Direction.DOWN, runsDown, report);
    }
    return 0;
  }

  /** None is left but when this process is told to end. */
  private static void killChildren() {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
  }

  private static void rounds(
      CpuBenchmark benchmark,
      List<CpuVariant> variants,
      Direction direction,
      int runs,
      CpuReport report)
      throws IOException {
    List<CpuRun> all = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      List<CpuRun> round = benchmark.round(variants, direction);
      report.round(round);
      all.addAll(round);
    }
    if (!all.isEmpty()) {
      report.table(direction, all);
    }
  }

  private List<CpuVariant> variants() {
    List<CpuVariant> all = new ArrayList<>();
    all.add(CpuVariant.parse("plain=--encrypt off"));
    for (String cipher : List.of("aes-128-gcm", "aes-256-gcm")) {
      all.add(new CpuVariant(cipher, List.of("--cipher", cipher), List.of()));
    }
    if (watched) {
      all.add(new CpuVariant("watched", List.of(), List.of(), true));
    }
    for (String text : also) {
      try {
        all.add(CpuVariant.parse(text));
      } catch (IllegalArgumentException e) {
        throw new ParameterException(
            spec.commandLine(), "--also \"" + text + "\": " + e.getMessage(), e);
      }
    }
    return Choice.of(spec, "--only", only, all, CpuVariant::name);
  }
}
