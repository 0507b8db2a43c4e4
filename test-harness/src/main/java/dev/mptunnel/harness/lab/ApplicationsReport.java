package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.lab.application.Application;
import dev.mptunnel.harness.lab.application.Attempt;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What {@code lab applications} prints: the conditions first, then a table. */
final class ApplicationsReport {

  private static final String ROW = "%-14s %-9s %6s %7s %9s %9s %7s%n";

  private final PrintStream out;

  ApplicationsReport(PrintStream out) {
    this.out = out;
  }

  /** Prints what the figures that follow are worth. */
  void conditions(Topology topology, List<Application> applications, String programs)
      throws IOException {
    condition("kernel", System.getProperty("os.version"));
    condition("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    condition("load", Report.load() + " (1, 5, 15 minutes; a busy machine slows all)");
    List<Line> lines = topology.lines();
    for (int i = 0; i < lines.size(); i++) {
      condition("line " + (i + 1), lines.get(i).toString());
    }
    condition("seed", topology.seed().toString());
    condition("mptunnel", programs);
    for (Application application : applications) {
      condition(application.name(), application.work());
    }
    out.println();
  }

  private void condition(String name, String value) {
    out.printf("%-14s %s%n", name, value);
  }

  /** Prints one run as it ends. */
  void run(ApplicationRun run) {
    double seconds = run.attempts().stream().mapToDouble(Attempt::seconds).sum();
    out.printf(
        "  %s %s: %s s%s%n",
        run.application(),
        word(run.way()),
        seconds(seconds),
        run.lineDied() ? "; a line died meanwhile" : "");
    for (Attempt attempt : run.attempts()) {
      attempt.failure().ifPresent(why -> out.println("    failed: " + why));
    }
  }

  /** Prints the table. */
  void table(List<ApplicationRun> runs) {
    out.println();
    out.printf(ROW, "application", "way", "tries", "failed", "median", "longest", "died");
    Map<String, List<ApplicationRun>> byApplication =
        runs.stream()
            .collect(
                Collectors.groupingBy(
                    ApplicationRun::application, LinkedHashMap::new, Collectors.toList()));
    byApplication.forEach(
        (application, its) -> {
          for (ApplicationWay way : ApplicationWay.values()) {
            row(application, way, its.stream().filter(run -> run.way() == way).toList());
          }
        });
    out.println();
    out.println("lossless is line 1 alone, made into one that loses nothing, direct is line 1 as");
    out.println("it is, mptunnel is all lines by the proxy; seconds. died says in how many runs a");
    out.println("line went dark when half of the work's packets had come, until its end.");
  }

  private void row(String application, ApplicationWay way, List<ApplicationRun> runs) {
    List<Attempt> attempts = runs.stream().flatMap(run -> run.attempts().stream()).toList();
    out.printf(
        ROW,
        application,
        word(way),
        attempts.size(),
        runs.stream().mapToLong(ApplicationRun::failures).sum(),
        seconds(Median.of(attempts, Attempt::seconds)),
        seconds(attempts.stream().mapToDouble(Attempt::seconds).max().orElseThrow()),
        way == ApplicationWay.MPTUNNEL
            ? runs.stream().filter(ApplicationRun::lineDied).count()
            : "-");
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.3f", seconds);
  }

  private static String word(ApplicationWay way) {
    return way.name().toLowerCase(Locale.ROOT);
  }
}
