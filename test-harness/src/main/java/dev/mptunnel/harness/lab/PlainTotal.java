package dev.mptunnel.harness.lab;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What all others are held against: plain TCP over one line at a time.
 *
 * @param sumMbit of the medians over all lines, or of one of lines that are alike, so many times
 * @param bestMbit of these medians
 */
record PlainTotal(double sumMbit, double bestMbit) {

  /** The name, or the first word of the names, of plain TCP over one line. */
  static final String NAME = "plain";

  /**
   * That of runs in one direction; empty if there is none of plain TCP.
   *
   * @param lines how many there are
   */
  static Optional<PlainTotal> of(List<TcpRun> runs, int lines) {
    Map<String, List<TcpRun>> byName =
        runs.stream()
            .filter(run -> isPlain(run.competitor()))
            .collect(Collectors.groupingBy(TcpRun::competitor, TreeMap::new, Collectors.toList()));
    if (byName.isEmpty()) {
      return Optional.empty();
    }
    List<Double> medians =
        byName.values().stream().map(its -> Median.of(its, run -> run.goodput().mbit())).toList();
    double sumMbit = medians.stream().mapToDouble(Double::doubleValue).sum();
    double bestMbit = medians.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    return Optional.of(new PlainTotal(sumMbit * lines / medians.size(), bestMbit));
  }

  /** Whether this is plain TCP over one line. */
  static boolean isPlain(String competitor) {
    return competitor.equals(NAME) || competitor.startsWith(NAME + " ");
  }
}
