package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The comparison at full size, whose tables go to the test's output. */
@InLab
@Tag("full")
class FullComparisonTest {

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"5, OURS", "5, SOCAT", "10, OURS", "10, SOCAT"})
  void ourTunnelIsManyTimesFasterThanOneLine(double lossPercent, BridgeKind bridges)
      throws IOException {
    Conditions conditions = new Conditions(lossPercent, 50, 20, 50, "cubic");
    Comparison comparison =
        new Comparison(
            List.of(
                Tunnel.direct(),
                Tunnel.product(OneLine.of(conditions)),
                Tunnel.ours(),
                Tunnel.plain()),
            OpenVpn.Sizes.FOR_TUNNEL,
            bridges,
            Direction.UP,
            /* warmUpSeconds= */ 10,
            /* seconds= */ 15,
            /* runs= */ 3);
    Report report = new Report(System.out);
    try (Topology topology = Topology.create(conditions, directory)) {
      report.conditions(conditions, comparison, topology.seed());
      List<Run> runs = comparison.measure(topology, conditions.congestionControl(), report::run);
      report.table(runs);
      assertTrue(runs.stream().allMatch(run -> run.connections() == 1), "the VPN broke");
      double gain = medianMbit(runs, "mptunnel") / medianMbit(runs, "direct");
      assertTrue(gain > 5, "only " + gain + " times as fast");
    }
  }

  private static double medianMbit(List<Run> runs, String tunnel) {
    return Report.medianGoodputMbit(
        runs.stream().filter(run -> run.tunnel().equals(tunnel)).toList());
  }
}
