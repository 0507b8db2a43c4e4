package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What {@code lab tcp} prints: the conditions first, then a table for each direction. */
final class TcpReport {

  private static final String ROW = "%-12s %7s %7s %7s %8s %8s %8s %8s %9s %8s  %s%n";

  private final PrintStream out;

  TcpReport(PrintStream out) {
    this.out = out;
  }

  /** Prints a line of the conditions. */
  void condition(String name, String value) {
    out.printf("%-11s %s%n", name, value);
  }

  /** Prints what the figures that follow are worth. */
  void conditions(Topology topology, TcpComparison comparison) throws IOException {
    condition("kernel", System.getProperty("os.version"));
    condition("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    condition("load", Report.load() + " (1, 5, 15 minutes; a busy machine slows all)");
    condition("buffers", memory(topology, "tcp_rmem") + "; " + memory(topology, "tcp_wmem"));
    List<Line> lines = topology.lines();
    for (int i = 0; i < lines.size(); i++) {
      condition("line " + (i + 1), lines.get(i).toString());
    }
    condition("seed", topology.seed().toString());
    BulkLoad load = comparison.loads().getFirst();
    condition(
        "transfer",
        "%d s after %d s of warm-up, %d runs in turn; programs first move data for %d s%n"
            .formatted(
                load.seconds(),
                load.warmUpSeconds(),
                comparison.runs(),
                comparison.startUpSeconds()));
  }

  private static String memory(Topology topology, String setting) throws IOException {
    String value = topology.client().run("sysctl", "-n", "net.ipv4." + setting);
    return setting + " " + value.strip().replaceAll("\\s+", " ");
  }

  /** Prints one run as it ends. */
  void run(TcpRun run) {
    out.printf(
        "  %s %s: %s Mbit/s, slowest second %s; packets by line: %s; emulator %s, machine %s%n",
        run.competitor(),
        word(run.direction()),
        Report.mbit(run.goodput().mbit()),
        Report.mbit(run.goodput().slowestMbit()),
        run.linePercent().stream().map(TcpReport::percent).collect(Collectors.joining(", ")),
        percent(run.emulatorPercent()),
        percent(run.machinePercent()));
  }

  /**
   * Prints the tables.
   *
   * @param lines how many there are
   */
  void tables(List<TcpRun> runs, int lines) {
    for (Direction direction : Direction.values()) {
      List<TcpRun> its = runs.stream().filter(run -> run.direction() == direction).toList();
      if (!its.isEmpty()) {
        table(direction, its, lines);
      }
    }
    out.println();
    out.println(
        "Mbit/s is the median of the receiver's goodput; of sum is its share of what plain");
    out.println("TCP gets over all lines one by one, of best its ratio to the best of them;");
    out.println(
        "slowest is the slowest second of all runs, Mbit/s; client, server and bridges are");
    out.println("what the programs used for a gigabyte, seconds of processor time, user and");
    out.println(
        "system, medians; emulator is its largest use of one processor, machine that of all");
    out.println("processors, by whatever: near 100 % they are the limit, and not the lines.");
  }

  private void table(Direction direction, List<TcpRun> runs, int lines) {
    Optional<PlainTotal> plain = PlainTotal.of(runs, lines);
    Map<String, List<TcpRun>> byName =
        runs.stream()
            .collect(
                Collectors.groupingBy(TcpRun::competitor, LinkedHashMap::new, Collectors.toList()));
    out.println();
    out.printf(
        ROW,
        word(direction),
        "Mbit/s",
        "of sum",
        "of best",
        "slowest",
        "client",
        "server",
        "bridges",
        "emulator",
        "machine",
        "each run");
    byName.forEach((name, its) -> row(name, its, plain));
  }

  private void row(String name, List<TcpRun> runs, Optional<PlainTotal> plain) {
    double mbit = Median.of(runs, run -> run.goodput().mbit());
    out.printf(
        ROW,
        name,
        Report.mbit(mbit),
        plain.map(total -> percent(100 * mbit / total.sumMbit())).orElse("-"),
        plain.map(total -> ratio(mbit / total.bestMbit())).orElse("-"),
        Report.mbit(
            runs.stream().mapToDouble(run -> run.goodput().slowestMbit()).min().orElseThrow()),
        seconds(Median.of(runs, run -> run.secondsPerGigabyte(run.used().clientNanos()))),
        seconds(Median.of(runs, run -> run.secondsPerGigabyte(run.used().serverNanos()))),
        seconds(Median.of(runs, run -> run.secondsPerGigabyte(run.used().bridgesNanos()))),
        percent(runs.stream().mapToDouble(TcpRun::emulatorPercent).max().orElseThrow()),
        percent(runs.stream().mapToDouble(TcpRun::machinePercent).max().orElseThrow()),
        runs.stream()
            .map(run -> Report.mbit(run.goodput().mbit()))
            .collect(Collectors.joining(" ")));
  }

  private static String ratio(double ratio) {
    return String.format(Locale.ROOT, "%.2f", ratio);
  }

  /** A dash where no program ran. */
  private static String seconds(double seconds) {
    return Double.isNaN(seconds) ? "-" : String.format(Locale.ROOT, "%.1f", seconds);
  }

  private static String percent(double percent) {
    return String.format(Locale.ROOT, "%.0f %%", percent);
  }

  private static String word(Direction direction) {
    return direction.name().toLowerCase(Locale.ROOT);
  }
}
