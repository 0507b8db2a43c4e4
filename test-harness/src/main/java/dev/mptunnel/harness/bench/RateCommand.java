package dev.mptunnel.harness.bench;

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

/** {@code bench rate}: how many datagrams a second are carried without loss. */
@Command(
    name = "rate",
    description = {
      "Searches the highest rate at which no more is lost than is allowed, each rate for --seconds,"
          + " at regular intervals, one way; without root. A rate has failed when it failed twice."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class RateCommand implements Callable<Integer> {

  private static final int HIGHEST_PER_SECOND = 5_000_000;

  @Mixin private BenchOptions options;

  @Option(names = "--loss", paramLabel = "PERCENT", description = "What may be lost.")
  private double lossPercent = 0.01;

  @Option(names = "--from", description = "The rate to try first.")
  private int fromPerSecond = 20_000;

  @Option(names = "--up-to", description = "The highest rate to try.")
  private int upToPerSecond = 2_000_000;

  @Spec private CommandSpec spec;

  private final Table table =
      new Table("chain", "sessions", "bytes", "rate/s", "of first", "bounded by", "pause ms");
  private final Map<String, List<Double>> rates = new LinkedHashMap<>();
  private final List<String> places = new ArrayList<>();

  /** A chain, and how far its search is. */
  private static final class Searched {

    private final Chain chain;
    private final RateSearch search;
    private final List<Integer> pauseMarks;

    /** What was too slow where the search went no further. */
    private String bound = "loss";

    private Searched(Chain chain, RateSearch search) throws IOException {
      this.chain = chain;
      this.search = search;
      pauseMarks = chain.pauseMarks();
    }
  }

  @Override
  public Integer call() throws IOException {
    List<Plan> plans = options.plans(spec);
    BenchOptions.check(spec, "--up-to", List.of(upToPerSecond), 1, HIGHEST_PER_SECOND);
    BenchOptions.check(spec, "--from", List.of(fromPerSecond), 1, upToPerSecond);
    if (!(lossPercent >= 0 && lossPercent < 100)) {
      throw new ParameterException(spec.commandLine(), "--loss: expected 0 to 100");
    }
    List<String> conditions =
        BenchRun.announce(
            "rate", Surroundings.lines(spec.commandLine().getParseResult().originalArgs()));
    BenchRun.each(plans, options, this::search);
    Plot plot = new Plot("Highest rate, lost at most " + lossPercent + " %", "1/s", places);
    rates.forEach((name, values) -> plot.add(name, Table.array(values)));
    new Results(options.resultsName("rate"), conditions, table, plot).publish(options, System.out);
    return 0;
  }

  private void search(ChainSet set, int sessions, int bytes) throws IOException {
    List<Searched> all = new ArrayList<>();
    for (Chain chain : set.chains()) {
      all.add(new Searched(chain, new RateSearch(fromPerSecond, upToPerSecond)));
    }
    while (!all.stream().allMatch(searched -> searched.search.isOver())) {
      for (Searched searched : all) {
        if (!searched.search.isOver()) {
          attempt(set, searched, bytes);
        }
      }
    }
    places.add(bytes + " B" + BenchRun.sessionsText(sessions));
    for (Searched searched : all) {
      add(searched, all.getFirst(), sessions, bytes);
    }
  }

  private void attempt(ChainSet set, Searched searched, int bytes) throws IOException {
    int perSecond = searched.search.nextPerSecond();
    Load load = Load.counted(perSecond, TimeUnit.SECONDS.toNanos(options.seconds()), bytes);
    long sinkDropsBefore = set.sinkDrops();
    Outcome outcome = searched.chain.run(load);
    long atSink = set.sinkDrops() - sinkDropsBefore;
    boolean keptUp = outcome.keptUp(load);
    boolean isLost = 100 * outcome.lostShare() > lossPercent;
    boolean carried = keptUp && !isLost;
    if (!carried) {
      searched.bound = isLost ? bound(outcome, atSink) : "generator";
    }
    System.out.printf(
        "  %-16s %,10d/s: %.4f %% lost%s%n",
        searched.chain.name(),
        perSecond,
        100 * outcome.lostShare(),
        keptUp ? "" : ", not sent in time");
    searched.search.onResult(carried);
  }

  /** Whether too much was lost before it came to the sink, or only there. */
  private String bound(Outcome outcome, long lostAtSink) {
    long lostBefore = outcome.lost() - lostAtSink;
    return 100. * lostBefore > lossPercent * outcome.sent() ? "loss" : "sink";
  }

  private void add(Searched searched, Searched first, int sessions, int bytes) throws IOException {
    int rate = searched.search.carriedPerSecond();
    BenchRun.put(rates, searched.chain.name(), places.size() - 1, rate);
    long pause = searched.chain.longestPauseNanos(searched.pauseMarks);
    table.add(
        searched.chain.name(),
        Integer.toString(sessions),
        Integer.toString(bytes),
        Integer.toString(rate),
        Table.number((double) rate / first.search.carriedPerSecond(), 3),
        rate >= upToPerSecond ? "--up-to" : searched.bound,
        Table.number(pause < 0 ? Double.NaN : pause / 1e6, 2));
  }
}
