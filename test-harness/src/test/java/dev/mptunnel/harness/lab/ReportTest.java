package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The tables have the medians of the runs, tunnel by tunnel. */
class ReportTest {

  private static final LossCount LOSS = new LossCount(1_000, 50);

  @Test
  void aTunnelHasItsMediansAndNoTunnelHasADash() {
    List<Run> runs =
        List.of(
            run("direct", 1.0, Usage.NONE),
            run("mptunnel", 30.0, new Usage(20_000_000, 10_000_000, 1_000)),
            run("direct", 1.2, Usage.NONE),
            run("mptunnel", 20.0, new Usage(90_000_000, 70_000_000, 1_000)),
            run("direct", 1.1, Usage.NONE),
            run("mptunnel", 25.0, new Usage(30_000_000, 40_000_000, 1_000)));
    String table = printed(out -> new Report(out).table(runs));
    assertRow(table, "direct 1.1 - - 5.000 % 5.000 % 6 3 5.000 % 9 1.0 1.2 1.1");
    assertRow(table, "mptunnel 25.0 30.0 40.0 5.000 % 5.000 % 6 3 5.000 % 9 30.0 20.0 25.0");
  }

  @Test
  void whereOneLineLosesNothingAllAreHeldAgainstIt() {
    List<Run> runs =
        List.of(
            run("lossless", 40.0, Usage.NONE),
            run("mptunnel", 10.0, Usage.NONE),
            run("lossless", 50.0, Usage.NONE),
            run("mptunnel", 30.0, Usage.NONE),
            run("lossless", 60.0, Usage.NONE),
            run("mptunnel", 20.0, Usage.NONE));
    String table = printed(out -> new Report(out).table(runs));
    assertRow(table, "lossless 50.0 1.00 - - 5.000 % 5.000 % 6 3 5.000 % 9 40.0 50.0 60.0");
    assertRow(table, "mptunnel 20.0 0.40 - - 5.000 % 5.000 % 6 3 5.000 % 9 10.0 30.0 20.0");
  }

  @Test
  void whatTheProgramsSayOfRepairStandsBelowRunByRun() {
    List<Run> runs =
        List.of(
            run("mptunnel", 1.0, Usage.NONE).withRepair(List.of("client repair: 1 holes")),
            run("direct", 1.0, Usage.NONE),
            run("mptunnel", 1.0, Usage.NONE)
                .withRepair(List.of("client repair: 2 holes", "server repair: 3 holes")));
    List<String> said =
        printed(out -> new Report(out).table(runs))
            .lines()
            .filter(line -> line.contains("repair:"))
            .toList();
    assertEquals(
        List.of(
            "mptunnel run 1, warm-up and all: client repair: 1 holes",
            "mptunnel run 2, warm-up and all: client repair: 2 holes",
            "mptunnel run 2, warm-up and all: server repair: 3 holes"),
        said);
  }

  private static Run run(String tunnel, double mbit, Usage used) {
    Transfer transfer = new Transfer(mbit, 0);
    return new Run(tunnel, transfer, LOSS, LOSS, 2, 1, 3, used, LOSS, 1, List.of());
  }

  @Test
  void aVariantStandsBesideTheFirst() {
    List<CpuRun> runs =
        List.of(
            new CpuRun("plain", new Usage(10_000_000, 8_000_000, 1_000), 0),
            new CpuRun("sealed", new Usage(15_000_000, 16_000_000, 1_000), 3));
    String table = printed(out -> new CpuReport(out).table(Direction.UP, runs));
    assertRow(table, "plain 10.0 8.0 1.00 1.00 0 10.0+8.0");
    assertRow(table, "sealed 15.0 16.0 1.50 2.00 3 15.0+16.0");
  }

  private static String printed(Consumer<PrintStream> printing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    printing.accept(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static void assertRow(String table, String row) {
    assertTrue(
        table.lines().anyMatch(line -> line.replaceAll(" +", " ").equals(row)),
        () -> row + "\nis not in\n" + table);
  }
}
