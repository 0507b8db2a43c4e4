package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The tables of {@code lab tcp} hold all against plain TCP, direction by direction. */
class TcpReportTest {

  @Test
  void linesThatAreAlikeAreCountedByTheirNumber() {
    List<TcpRun> runs =
        List.of(
            run("plain", Direction.UP, 50),
            run("mptunnel", Direction.UP, 90),
            run("plain", Direction.UP, 40),
            run("mptunnel", Direction.UP, 80),
            run("plain", Direction.UP, 60),
            run("mptunnel", Direction.UP, 70));
    String table = printed(runs, 2);
    assertRow(table, "plain 50.0 50 % 1.00 39.0 - - - 30 % 70 % 50.0 40.0 60.0");
    assertRow(table, "mptunnel 80.0 80 % 1.60 69.0 4.0 3.0 2.0 30 % 70 % 90.0 80.0 70.0");
  }

  @Test
  void linesThatDifferAreAddedUp() {
    List<TcpRun> runs =
        List.of(
            run("plain 1", Direction.DOWN, 75),
            run("plain 2", Direction.DOWN, 25),
            run("mptcp", Direction.DOWN, 60));
    String table = printed(runs, 2);
    assertRow(table, "mptcp 60.0 60 % 0.80 59.0 4.0 3.0 2.0 30 % 70 % 60.0");
    assertEquals(Optional.of(new PlainTotal(100, 75)), PlainTotal.of(runs, 2));
  }

  @Test
  void withoutPlainTcpThereIsNothingToHoldAgainst() {
    List<TcpRun> runs = List.of(run("mptunnel", Direction.UP, 60));
    assertRow(printed(runs, 3), "mptunnel 60.0 - - 59.0 4.0 3.0 2.0 30 % 70 % 60.0");
    assertEquals(Optional.empty(), PlainTotal.of(runs, 3));
    assertFalse(PlainTotal.isPlain("plainly"));
  }

  @Test
  void whatWasUsedIsThatBetweenTwoReadings() {
    String early = "cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 9 9 9 9 9 9 9 9 9 9\n";
    String late = "cpu  130 10 120 730 105 3 1 1 60 0\ncpu0 9 9 9 9 9 9 9 9 9 9\n";
    TcpMeter before = meter(1_000, Processors.NONE, 400, early, List.of(1_000L, 0L));
    TcpMeter after = meter(2_000, new Processors(3, 2, 1), 700, late, List.of(1_100L, 300L));
    TcpRun run = TcpRun.of("mptunnel", Direction.UP, new Goodput(1, 1, 1), before, after);
    assertEquals(new Processors(3, 2, 1), run.used());
    assertEquals(30, run.emulatorPercent());
    assertEquals(65, run.machinePercent());
    assertEquals(List.of(25.0, 75.0), run.linePercent());
    assertEquals(List.of(0.0, 0.0), after.linePercentSince(after));
  }

  private static TcpMeter meter(
      long nanoTime, Processors used, long emulatorNanos, String stat, List<Long> packets) {
    TcpMeter.Machine machine = TcpMeter.Machine.parse(stat);
    return new TcpMeter(nanoTime, used, emulatorNanos, machine, packets);
  }

  private static TcpRun run(String competitor, Direction direction, double mbit) {
    Processors used =
        PlainTotal.isPlain(competitor)
            ? Processors.NONE
            : new Processors(4_000_000_000L, 3_000_000_000L, 2_000_000_000L);
    Goodput goodput = new Goodput(mbit, mbit - 1, 1_000_000_000);
    return new TcpRun(competitor, direction, goodput, used, 30, 70, List.of(50.0, 50.0));
  }

  private static String printed(List<TcpRun> runs, int lines) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new TcpReport(new PrintStream(bytes, true, StandardCharsets.UTF_8)).tables(runs, lines);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static void assertRow(String table, String row) {
    assertTrue(
        table.lines().anyMatch(line -> line.replaceAll(" +", " ").equals(row)),
        () -> row + "\nis not in\n" + table);
  }
}
