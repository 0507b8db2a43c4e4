package dev.mptunnel.harness.lab;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The table of {@code lab cpu}: a row for each variant, beside the first one. */
final class CpuReport {

  private static final String ROW = "%-14s %9s %9s %9s %9s %6s  %s%n";

  private final PrintStream out;

  CpuReport(PrintStream out) {
    this.out = out;
  }

  /** Prints one round as it ends. */
  void round(List<CpuRun> runs) {
    out.println(
        runs.stream()
            .map(run -> run.variant() + " " + both(run))
            .collect(Collectors.joining(", ", "  ", "")));
  }

  /** Prints the table; the runs are of one direction. */
  void table(Direction direction, List<CpuRun> runs) {
    String way = direction == Direction.UP ? "up" : "down";
    out.println();
    out.printf(ROW, way, "client", "server", "x first", "x first", "lost", "each run");
    Map<String, List<CpuRun>> byVariant =
        runs.stream()
            .collect(
                Collectors.groupingBy(CpuRun::variant, LinkedHashMap::new, Collectors.toList()));
    List<CpuRun> first = byVariant.values().iterator().next();
    byVariant.forEach((variant, ofVariant) -> row(variant, ofVariant, first));
    out.println();
  }

  private void row(String variant, List<CpuRun> runs, List<CpuRun> first) {
    out.printf(
        ROW,
        variant,
        micros(clientMicros(runs)),
        micros(serverMicros(runs)),
        ratio(clientMicros(runs) / clientMicros(first)),
        ratio(serverMicros(runs) / serverMicros(first)),
        runs.stream().mapToLong(CpuRun::lost).sum(),
        runs.stream().map(CpuReport::both).collect(Collectors.joining(" ")));
  }

  private static double clientMicros(List<CpuRun> runs) {
    return Median.of(runs, run -> run.used().clientMicros());
  }

  private static double serverMicros(List<CpuRun> runs) {
    return Median.of(runs, run -> run.used().serverMicros());
  }

  private static String both(CpuRun run) {
    return micros(run.used().clientMicros()) + "+" + micros(run.used().serverMicros());
  }

  private static String micros(double micros) {
    return String.format(Locale.ROOT, "%.1f", micros);
  }

  private static String ratio(double ratio) {
    return String.format(Locale.ROOT, "%.2f", ratio);
  }
}
