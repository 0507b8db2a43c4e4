package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the receiver's application got of a bulk transfer.
 *
 * @param mbit of the seconds that count, Mbit/s
 * @param slowestMbit of the slowest of these seconds, Mbit/s: a stall shows here
 * @param bytes of the seconds that count
 */
record Goodput(double mbit, double slowestMbit, long bytes) {

  private static final Pattern INTERVAL = Pattern.compile("\"sum\":\\s*\\{([^}]*)\\}");

  /** What is shorter is the rest at the end of a transfer and says nothing of a second. */
  private static final double SHORTEST_SECONDS = 0.5;

  private record Interval(double startSeconds, double seconds, long bytes) {

    double mbit() {
      return bytes * 8 / 1e6 / seconds;
    }
  }

  /**
   * Reads the report of iperf3's receiver, which has a sum for each second. That iperf3 leaves out
   * the first seconds itself ({@code --omit}) is not asked for: its version 3.12 now and then loses
   * the bytes of a second on the border.
   *
   * @param warmUpSeconds the first seconds, which do not count
   */
  static Goodput parse(String report, int warmUpSeconds) throws IOException {
    List<Interval> all = INTERVAL.matcher(report).results().map(Goodput::interval).toList();
    List<Interval> counted =
        all.stream()
            .filter(interval -> interval.startSeconds() + SHORTEST_SECONDS >= warmUpSeconds)
            .toList();
    double seconds = counted.stream().mapToDouble(Interval::seconds).sum();
    if (seconds <= 0) {
      throw new IOException("no seconds that count in iperf3's report:\n" + report);
    }
    double slowestMbit =
        counted.stream()
            .filter(interval -> interval.seconds() >= SHORTEST_SECONDS)
            .mapToDouble(Interval::mbit)
            .min()
            .orElse(Double.NaN);
    long bytes = counted.stream().mapToLong(Interval::bytes).sum();
    return new Goodput(bytes * 8 / 1e6 / seconds, slowestMbit, bytes);
  }

  private static Interval interval(MatchResult sum) {
    String fields = sum.group(1);
    return new Interval(
        Double.parseDouble(field(fields, "start")),
        Double.parseDouble(field(fields, "seconds")),
        Long.parseLong(field(fields, "bytes")));
  }

  private static String field(String fields, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":\\s*([\\w.+-]+)").matcher(fields);
    if (!matcher.find()) {
      throw new IllegalArgumentException("no " + name + " in " + fields);
    }
    return matcher.group(1);
  }

  /** That of several transfers at once; the slowest second is what they had at the least. */
  static Goodput sum(List<Goodput> all) {
    return new Goodput(
        sum(all, Goodput::mbit),
        sum(all, Goodput::slowestMbit),
        all.stream().mapToLong(Goodput::bytes).sum());
  }

  private static double sum(List<Goodput> all, ToDoubleFunction<Goodput> figure) {
    return all.stream().mapToDouble(figure).sum();
  }
}
