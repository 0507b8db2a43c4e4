package dev.mptunnel.harness.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench latency}: how long datagrams take there and back. */
@Command(
    name = "latency",
    description = {
      "Measures the round trip of echoed datagrams, from when each was due: what had to wait for"
          + " the one before has waited (coordinated omission); without root."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class LatencyCommand implements Callable<Integer> {

  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 100};
  private static final List<String> PLACES = List.of("p50", "p90", "p99", "p99.9", "p99.99", "max");
  private static final int MAX_PER_SECOND = 1_000_000;

  @Mixin private BenchOptions options;

  @Option(
      names = "--rate",
      split = ",",
      paramLabel = "N",
      description = "Datagrams a second, each way.")
  private List<Integer> rates = List.of(1_000, 10_000, 100_000);

  @Spec private CommandSpec spec;

  private final Table table =
      new Table(
          "chain",
          "sessions",
          "bytes",
          "rate",
          "p50 µs",
          "p90 µs",
          "p99 µs",
          "p99.9 µs",
          "p99.99 µs",
          "max µs",
          "p50 + µs",
          "p99 + µs",
          "lost %",
          "lag p99 µs",
          "pause ms");
  private final Plot plot = new Plot("Round trip", "µs", PLACES);

  @Override
  public Integer call() throws IOException {
    List<Plan> plans = options.plans(spec);
    BenchOptions.check(spec, "--rate", rates, 1, MAX_PER_SECOND);
    List<String> conditions = new ArrayList<>();
    conditions.addAll(Surroundings.lines(spec.commandLine().getParseResult().originalArgs()));
    conditions.add("p50 + and p99 +: what is added to the same figure of the first chain");
    BenchRun.announce("latency", conditions);
    BenchRun.each(
        plans,
        options,
        (set, sessions, bytes) -> {
          for (int rate : rates) {
            measure(set, sessions, bytes, rate);
          }
        });
    new Results(options.resultsName("latency"), conditions, table, plot)
        .publish(options, System.out);
    return 0;
  }

  private void measure(ChainSet set, int sessions, int bytes, int rate) throws IOException {
    long nanos = TimeUnit.SECONDS.toNanos(options.seconds());
    List<Measured> all = Measured.all(set, nanos, (_, _, slice) -> Load.echoed(rate, slice, bytes));
    Histogram first = all.getFirst().outcome().latency();
    for (Measured measured : all) {
      add(measured, first, sessions, bytes, rate);
    }
  }

  private void add(Measured measured, Histogram first, int sessions, int bytes, int rate)
      throws IOException {
    Outcome outcome = measured.outcome();
    Histogram latency = outcome.latency();
    List<String> cells = new ArrayList<>();
    cells.add(measured.chain().name());
    cells.addAll(List.of(sessions + "", bytes + "", rate + ""));
    double[] micros = new double[PERCENTILES.length];
    for (int i = 0; i < PERCENTILES.length; i++) {
      micros[i] = micros(latency, PERCENTILES[i]);
      cells.add(Table.number(micros[i], 1));
    }
    cells.add(Table.number(micros[0] - micros(first, 50), 1));
    cells.add(Table.number(micros[2] - micros(first, 99), 1));
    cells.add(Table.number(100 * outcome.lostShare(), 4));
    cells.add(Table.number(micros(outcome.lag(), 99), 1));
    cells.add(Table.number(measured.longestPauseMillis(), 2));
    table.add(cells.toArray(String[]::new));
    String sessionsText = BenchRun.sessionsText(sessions);
    plot.add(measured.chain().name() + " " + bytes + " B " + rate + "/s" + sessionsText, micros);
  }

  private static double micros(Histogram histogram, double percentile) {
    return histogram.getTotalCount() == 0
        ? Double.NaN
        : histogram.getValueAtPercentile(percentile) / 1e3;
  }
}
