package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkProperties;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The lab's table: the conditions first, then a row for each tunnel. */
public final class Report {

  private static final String ROW = "%-12s %7s%s %7s %7s %9s %9s %7s %7s %9s %7s  %s%n";
  private static final String RATIO = " %7s";

  private final PrintStream out;

  public Report(PrintStream out) {
    this.out = out;
  }

  /** Prints what the figures that follow are worth. */
  public void conditions(Conditions conditions, Comparison comparison, Seed seed)
      throws IOException {
    out.println("kernel      " + System.getProperty("os.version"));
    out.println("load        " + load() + " (1, 5, 15 minutes; a busy machine slows every tunnel)");
    out.println("vpn         " + OpenVpn.version() + ", udp, AES-256-GCM, " + comparison.sizes());
    List<LinkProperties> lines = conditions.lines();
    for (int i = 0; i < lines.size(); i++) {
      out.println("line " + (i + 1) + "      " + lines.get(i));
    }
    for (Tunnel tunnel : comparison.tunnels()) {
      tunnel.firstLine().ifPresent(line -> out.printf("%-11s %s%n", tunnel.name(), line));
    }
    out.println("seed        " + seed);
    out.printf(
        "transfer    TCP %s, %s, %d s after %d s of warm-up, %d runs in turn, bridges %s%n%n",
        conditions.congestionControl(),
        word(comparison.direction()),
        comparison.seconds(),
        comparison.warmUpSeconds(),
        comparison.runs(),
        word(comparison.bridges()));
  }

  /** The machine's load, of 1, 5 and 15 minutes. */
  static String load() throws IOException {
    String[] words = Files.readString(Path.of("/proc/loadavg")).split(" ");
    return String.join(" ", Arrays.copyOf(words, 3));
  }

  /** Prints one run as it ends. */
  public void run(Run run) {
    Usage used = run.used();
    String times =
        used.equals(Usage.NONE)
            ? ""
            : "; µs for a datagram: client "
                + micros(used.clientMicros())
                + ", server "
                + micros(used.serverMicros());
    out.println(
        "  " + run.tunnel() + ": " + mbit(run.transfer().goodputMbit()) + " Mbit/s" + times);
  }

  /** Prints the table. */
  public void table(List<Run> runs) {
    Map<String, List<Run>> byTunnel =
        runs.stream()
            .collect(Collectors.groupingBy(Run::tunnel, LinkedHashMap::new, Collectors.toList()));
    List<Run> lossless = byTunnel.getOrDefault(Tunnel.LOSSLESS, List.of());
    out.println();
    out.printf(
        ROW,
        "tunnel",
        "Mbit/s",
        lossless.isEmpty() ? "" : RATIO.formatted("ratio"),
        "client",
        "server",
        "loss up",
        "loss down",
        "queue",
        "too big",
        "left",
        "replays",
        "each run; notes");
    byTunnel.forEach((tunnel, itsRuns) -> row(tunnel, itsRuns, lossless));
    out.println("Mbit/s is the median of the receiver's goodput; client and server are what the");
    out.println(
        "tunnel's processes used for each datagram that the VPN gave them, µs of processor");
    out.println("time, user and system, medians; loss is that of the lines, counted;");
    out.println("queue and too big are what full queues and MTUs dropped, packets;");
    out.println("left is what was still lost inside the VPN, in the direction of the data;");
    out.println("replays are packets that OpenVPN refused because they came too late, or twice.");
    if (!lossless.isEmpty()) {
      out.println("ratio is that of the median to the median of lossless.");
    }
    byTunnel.values().forEach(this::repair);
  }

  /** What the programs said at the end of each run of a tunnel of ours. */
  private void repair(List<Run> runs) {
    for (int i = 0; i < runs.size(); i++) {
      for (String line : runs.get(i).repair()) {
        out.println(runs.get(i).tunnel() + " run " + (i + 1) + ", warm-up and all: " + line);
      }
    }
  }

  private void row(String tunnel, List<Run> runs, List<Run> lossless) {
    LossCount up = runs.stream().map(Run::lineUp).reduce(LossCount.NONE, LossCount::plus);
    LossCount down = runs.stream().map(Run::lineDown).reduce(LossCount.NONE, LossCount::plus);
    LossCount left = runs.stream().map(Run::left).reduce(LossCount.NONE, LossCount::plus);
    String each =
        runs.stream()
            .map(run -> mbit(run.transfer().goodputMbit()))
            .collect(Collectors.joining(" "));
    long broken = runs.stream().filter(run -> run.connections() > 1).count();
    String notes = broken == 0 ? each : each + "; the VPN reconnected in " + broken + " runs";
    out.printf(
        ROW,
        tunnel,
        mbit(medianGoodputMbit(runs)),
        lossless.isEmpty() ? "" : RATIO.formatted(ratio(runs, lossless)),
        micros(Median.of(runs, run -> run.used().clientMicros())),
        micros(Median.of(runs, run -> run.used().serverMicros())),
        percent(up),
        percent(down),
        runs.stream().mapToLong(Run::queueDrops).sum(),
        runs.stream().mapToLong(Run::tooBig).sum(),
        percent(left),
        runs.stream().mapToLong(Run::replays).sum(),
        notes);
  }

  private static String ratio(List<Run> runs, List<Run> lossless) {
    double ratio = medianGoodputMbit(runs) / medianGoodputMbit(lossless);
    return String.format(Locale.ROOT, "%.2f", ratio);
  }

  /** The median goodput of these runs, Mbit/s. */
  public static double medianGoodputMbit(List<Run> runs) {
    return Median.of(runs, run -> run.transfer().goodputMbit());
  }

  static String mbit(double mbit) {
    return String.format(Locale.ROOT, "%.1f", mbit);
  }

  /** A dash where there was no tunnel. */
  private static String micros(double micros) {
    return Double.isNaN(micros) ? "-" : String.format(Locale.ROOT, "%.1f", micros);
  }

  private static String percent(LossCount count) {
    return String.format(Locale.ROOT, "%.3f %%", count.percent());
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
