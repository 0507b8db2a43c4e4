package dev.mptunnel.harness.soak;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/** A soak for people: what it is, and what came of it. */
final class SoakReport {

  private static final double MEGABYTE = 1e6;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int MOST_FREQUENT = 12;

  private final PrintStream out;

  SoakReport(PrintStream out) {
    this.out = out;
  }

  /** What is going to be done, and what is promised meanwhile. */
  void plan(SoakPlan plan, Path logs) {
    out.printf(
        Locale.ROOT,
        "load    %d datagrams a second of 60 to 1300 bytes, half of them each way, and %d TCP"
            + " connections, over %d paths%n",
        plan.perSecond(),
        plan.connections(),
        plan.paths());
    out.printf(
        Locale.ROOT,
        "time    %s, after %s of warm-up; a fault every %s%n",
        text(plan.length()),
        text(plan.warmUp()),
        text(plan.every()));
    for (Promise promise : Promise.values()) {
      List<String> kinds =
          plan.kinds().stream()
              .filter(kind -> kind.promise() == promise)
              .map(FaultKind::word)
              .toList();
      if (!kinds.isEmpty()) {
        out.printf(Locale.ROOT, "promise %s: %s%n", String.join(", ", kinds), promise);
      }
    }
    out.printf(Locale.ROOT, "logs    %s%n", logs);
  }

  /** What came of it. */
  void outcome(SoakOutcome outcome) {
    out.println();
    outcome.datagrams().forEach(way -> datagrams(way, outcome.seconds()));
    out.printf(
        Locale.ROOT,
        "        kernels dropped, since nobody came to read: %d on mpclient's host, %d on"
            + " mpserver's%n",
        outcome.unreadByClient(),
        outcome.unreadByServer());
    streams(outcome.streams());
    faults(outcome.healing());
    programs(outcome.programs(), outcome.seconds());
    log(outcome.log());
    broken(outcome.broken());
  }

  private void datagrams(SoakOutcome.Datagrams way, double seconds) {
    out.printf(
        Locale.ROOT,
        "%-7s %d datagrams, %.0f a second: lost %d, %d as an end was killed; %d not read by the"
            + " load; %s%n",
        way.way(),
        way.sent(),
        way.sent() / seconds,
        way.lost(),
        way.excused(),
        way.unread(),
        millis(way.delayNanos()));
  }

  private void streams(StreamLoad streams) {
    out.printf(
        Locale.ROOT,
        "TCP     %d connections, %d ended in order, %d broke as an end was killed; %.1f MB there"
            + " and back; %s%n",
        streams.opened(),
        streams.completed(),
        streams.excused(),
        streams.bytes() / MEGABYTE,
        millis(streams.echoNanos()));
  }

  private static String millis(Histogram nanos) {
    return String.format(
        Locale.ROOT,
        "%.1f ms, p99 %.1f, longest %.0f",
        nanos.getValueAtPercentile(50) / NANOS_PER_MILLI,
        nanos.getValueAtPercentile(99) / NANOS_PER_MILLI,
        nanos.getMaxValue() / NANOS_PER_MILLI);
  }

  private void faults(Map<FaultKind, List<Duration>> healing) {
    out.println();
    out.printf(
        Locale.ROOT, "%-12s %5s   in use again after, ms: median, longest%n", "fault", "times");
    healing.forEach(
        (kind, all) -> {
          List<Long> sorted = all.stream().map(Duration::toMillis).sorted().toList();
          long median = sorted.get(sorted.size() / 2);
          out.printf(
              Locale.ROOT,
              "%-12s %5d   %d, %d%n",
              kind.word(),
              sorted.size(),
              median,
              sorted.getLast());
        });
  }

  private void programs(List<WatchedProgram> programs, double seconds) {
    out.println();
    out.printf(
        Locale.ROOT,
        "%-9s %-14s %8s %8s %8s %8s   slope per hour of the second half, standard error%n",
        "program",
        "",
        "start",
        "end",
        "least",
        "most");
    for (WatchedProgram program : programs) {
      row(program, "resident MB", sample -> sample.residentBytes() / MEGABYTE, seconds);
      heap(program);
      row(program, "descriptors", Sample::descriptors, seconds);
      row(program, "threads", Sample::threads, seconds);
      processor(program);
    }
    out.println(
        "live heap is what a full collection leaves; a program that was killed and started");
    out.println("again has a slope of its own only where the latest process is old enough");
  }

  private void row(
      WatchedProgram program, String what, ToDoubleFunction<Sample> figure, double seconds) {
    double[] all = program.samples().stream().mapToDouble(figure).toArray();
    if (all.length == 0) {
      return;
    }
    double least = all[0];
    double most = all[0];
    for (double value : all) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    out.printf(
        Locale.ROOT,
        "%-9s %-14s %8.1f %8.1f %8.1f %8.1f   %s%n",
        program.name(),
        what,
        all[0],
        all[all.length - 1],
        least,
        most,
        slope(program, figure, seconds));
  }

  private static String slope(
      WatchedProgram program, ToDoubleFunction<Sample> figure, double seconds) {
    List<Sample> latest = program.ofLatestProcess();
    List<Sample> half = latest.stream().filter(sample -> sample.seconds() >= seconds / 2).toList();
    String restarts = program.restarts() == 0 ? "" : program.restarts() + " times started again";
    if (latest.getFirst().seconds() > seconds / 2) {
      return restarts;
    }
    Slope slope =
        Slope.of(
            half.stream().mapToDouble(Sample::seconds).toArray(),
            half.stream().mapToDouble(figure).toArray());
    return String.format(Locale.ROOT, "%+.2f ± %.2f", slope.perHour(), slope.standardError())
        + (restarts.isEmpty() ? "" : ", " + restarts);
  }

  private void heap(WatchedProgram program) {
    out.printf(
        Locale.ROOT,
        "%-9s %-14s %8.1f %8.1f%n",
        program.name(),
        "live heap MB",
        program.heapAtStartBytes() / MEGABYTE,
        program.heapAtEndBytes() / MEGABYTE);
  }

  /** Of one processor, by the first and the last look at the latest process. */
  private void processor(WatchedProgram program) {
    List<Sample> latest = program.ofLatestProcess();
    Sample first = latest.getFirst();
    Sample last = latest.getLast();
    double nanos = (last.seconds() - first.seconds()) * 1e9;
    double percent =
        nanos == 0 ? 0 : 100 * (last.processorNanos() - first.processorNanos()) / nanos;
    out.printf(
        Locale.ROOT, "%-9s %-14s %8.1f in the mean%n", program.name(), "processor %", percent);
  }

  private void log(LogSummary log) {
    out.println();
    out.printf(
        Locale.ROOT, "log     %s; %d lines of stack traces%n", levels(log), log.stackTraceLines());
    log.mostFrequent(MOST_FREQUENT)
        .forEach(line -> out.printf(Locale.ROOT, "%7d  %s%n", line.count(), line.text()));
  }

  private static String levels(LogSummary log) {
    List<String> parts = new ArrayList<>();
    log.levels().forEach((level, count) -> parts.add(count + " " + level));
    return parts.isEmpty() ? "nothing" : String.join(", ", parts);
  }

  private void broken(BrokenPromises broken) {
    out.println();
    broken.lines().forEach(out::println);
    out.println(
        broken.count() == 0
            ? "no promise was broken"
            : broken.count() + " times a promise was broken");
  }

  /** Writes all samples as a table for programs, a line each. */
  static void write(List<WatchedProgram> programs, Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("seconds,program,pid,resident_bytes,descriptors,threads,processor_seconds");
    for (WatchedProgram program : programs) {
      for (Sample sample : program.samples()) {
        lines.add(
            String.format(
                Locale.ROOT,
                "%.1f,%s,%d,%d,%d,%d,%.2f",
                sample.seconds(),
                program.name(),
                sample.pid(),
                sample.residentBytes(),
                sample.descriptors(),
                sample.threads(),
                sample.processorNanos() / 1e9));
      }
    }
    Files.write(file, lines);
  }

  private static String text(Duration duration) {
    return String.format(Locale.ROOT, "%.0f s", duration.toMillis() / 1e3);
  }
}
