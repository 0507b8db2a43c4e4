package dev.mptunnel.harness.bench;

import dev.mptunnel.harness.bench.Chain.End;
import dev.mptunnel.harness.lab.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench cpu}: what a datagram costs the programs that carry it. */
@Command(
    name = "cpu",
    description = {
      "Measures the processor time, user and system, that a datagram costs each program (near: that"
          + " beside the application; far: that before the target). One way; without root.",
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class CpuCommand implements Callable<Integer> {

  private static final String MAX = "max";
  private static final int MAX_PER_SECOND = 5_000_000;

  @Mixin private BenchOptions options;

  @Option(
      names = "--rate",
      split = ",",
      paramLabel = "N",
      description = "Datagrams a second; max for as many as come through without loss.")
  private List<String> rates = List.of("2000", MAX);

  @Spec private CommandSpec spec;

  private final Table table =
      new Table(
          "chain",
          "sessions",
          "bytes",
          "rate",
          "near µs",
          "far µs",
          "both µs",
          "arrived/s",
          "lost %",
          "lag p99 µs",
          "pause ms");
  private final Map<String, List<Double>> both = new LinkedHashMap<>();
  private final List<String> places = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    List<Plan> plans = options.plans(spec);
    List<Integer> perSecond = rates.stream().map(this::perSecond).toList();
    List<String> conditions =
        BenchRun.announce(
            "cpu", Surroundings.lines(spec.commandLine().getParseResult().originalArgs()));
    BenchRun.each(
        plans,
        options,
        (set, sessions, bytes) -> {
          for (int rate : perSecond) {
            measure(set, sessions, bytes, rate);
          }
        });
    Plot plot = new Plot("Processor time of a datagram, both ends", "µs", places);
    both.forEach((name, values) -> plot.add(name, Table.array(values)));
    new Results(options.resultsName("cpu"), conditions, table, plot).publish(options, System.out);
    return 0;
  }

  private int perSecond(String text) {
    if (text.equals(MAX)) {
      return 0;
    }
    try {
      int value = Integer.parseInt(text);
      BenchOptions.check(spec, "--rate", List.of(value), 1, MAX_PER_SECOND);
      return value;
    } catch (NumberFormatException e) {
      throw new ParameterException(
          spec.commandLine(), "--rate " + text + ": expected a number or " + MAX, e);
    }
  }

  private void measure(ChainSet set, int sessions, int bytes, int rate) throws IOException {
    long nanos = TimeUnit.SECONDS.toNanos(options.seconds());
    ChainSet.Loads loads =
        (_, _, slice) ->
            rate == 0 ? Load.saturating(slice, bytes) : Load.counted(rate, slice, bytes);
    if (rate != 0) {
      // One datagram at a time is other code than many, and is to be compiled, too.
      set.inTurn(options.warmUpNanos(), loads, (_, _, _) -> {});
    }
    List<Measured> all = Measured.all(set, nanos, loads);
    String rateText = rate == 0 ? MAX : Integer.toString(rate);
    places.add(bytes + " B, " + rateText + BenchRun.sessionsText(sessions));
    for (Measured measured : all) {
      add(measured, sessions, bytes, rateText);
    }
  }

  private void add(Measured measured, int sessions, int bytes, String rate) throws IOException {
    Usage usage = measured.usage();
    Outcome outcome = measured.outcome();
    double near = measured.chain().has(End.NEAR) ? usage.clientMicros() : Double.NaN;
    double far = measured.chain().has(End.FAR) ? usage.serverMicros() : Double.NaN;
    boolean hasAny = !measured.chain().parts().isEmpty();
    double sum = hasAny ? usage.clientMicros() + usage.serverMicros() : Double.NaN;
    BenchRun.put(both, measured.chain().name(), places.size() - 1, sum);
    table.add(
        measured.chain().name(),
        Integer.toString(sessions),
        Integer.toString(bytes),
        rate,
        Table.number(near, 2),
        Table.number(far, 2),
        Table.number(sum, 2),
        Table.number(outcome.perSecond(), 0),
        Table.number(100 * outcome.lostShare(), 4),
        Table.number(outcome.lag().getValueAtPercentile(99) / 1e3, 0),
        Table.number(measured.longestPauseMillis(), 2));
  }
}
