package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.link.LinkProperties;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One TCP connection through mpclient and mpserver has more than one line, each way. */
@Tag("full")
@InLab
class TcpLabTest {

  private static final int LINES = 3;
  private static final int RATE_MBIT = 20;
  private static final String CUBIC = "cubic";

  @Test
  void oneConnectionHasMoreThanOneLine(@TempDir Path directory) throws IOException {
    LinkProperties line = LinkProperties.parse("rate=" + RATE_MBIT + "mbit delay=10ms queue=50ms");
    Conditions conditions = new Conditions(Collections.nCopies(LINES, line), CUBIC);
    TcpCompetitor ours =
        new StripedTcp("mptunnel", 2, new TunnelSockets(CUBIC, "auto"), CUBIC, BridgeKind.OURS);
    List<BulkLoad> loads =
        List.of(new BulkLoad(Direction.UP, 3, 4), new BulkLoad(Direction.DOWN, 3, 4));
    List<TcpRun> runs;
    try (Topology topology = Topology.create(conditions, directory)) {
      runs = new TcpComparison(List.of(ours), 0, loads, 1).measure(topology, run -> {});
    }
    assertEquals(loads.size(), runs.size());
    for (TcpRun run : runs) {
      assertTrue(run.goodput().bytes() > 0, run.toString());
      assertTrue(run.goodput().mbit() > 1.5 * RATE_MBIT, run.toString());
      assertTrue(run.goodput().mbit() < LINES * RATE_MBIT, run.toString());
      assertTrue(run.linePercent().stream().allMatch(share -> share > 0), run.toString());
      assertTrue(run.used().clientNanos() > 0 && run.used().serverNanos() > 0, run.toString());
    }
  }
}
