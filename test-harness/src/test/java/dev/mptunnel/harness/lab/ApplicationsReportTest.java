package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.lab.application.Attempt;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of {@code lab applications} counts what failed, and takes medians of attempts. */
class ApplicationsReportTest {

  @Test
  void attemptsAreCountedByApplicationAndWay() {
    List<ApplicationRun> runs =
        List.of(
            run("dns", ApplicationWay.LOSSLESS, false, Attempt.done(0.04), Attempt.done(0.06)),
            run("dns", ApplicationWay.DIRECT, false, Attempt.done(1), Attempt.failed(3, "no")),
            run("dns", ApplicationWay.MPTUNNEL, true, Attempt.done(0.05), Attempt.done(0.04)),
            run("dns", ApplicationWay.LOSSLESS, false, Attempt.done(0.05)),
            run("dns", ApplicationWay.DIRECT, false, Attempt.done(2)),
            run("dns", ApplicationWay.MPTUNNEL, false, Attempt.done(0.07)));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ApplicationsReport report =
        new ApplicationsReport(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    runs.forEach(report::run);
    report.table(runs);
    String printed = bytes.toString(StandardCharsets.UTF_8).replaceAll(" +", " ");
    assertTrue(printed.contains(" dns direct: 4.000 s\n failed: no\n"), printed);
    assertTrue(printed.contains(" dns mptunnel: 0.090 s; a line died meanwhile\n"), printed);
    assertTrue(printed.contains("\ndns lossless 3 0 0.050 0.060 -\n"), printed);
    assertTrue(printed.contains("\ndns direct 3 1 2.000 3.000 -\n"), printed);
    assertTrue(printed.contains("\ndns mptunnel 3 0 0.050 0.070 1\n"), printed);
  }

  private static ApplicationRun run(
      String application, ApplicationWay way, boolean lineDied, Attempt... attempts) {
    return new ApplicationRun(application, way, List.of(attempts), lineDied);
  }
}
