package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mptunnel.core.PathReport;
import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.loop.DatagramLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A NAT on one line forgets a path in mid-stream: its source port changes. */
class RebindingTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int REBINDINGS = 5;
  private static final int PER_SECOND = 1_000;
  private static final int EACH_AFTER = 500;

  private final Seed seed = Seed.ofRun();

  @ParameterizedTest(name = "sealed {0}")
  @ValueSource(booleans = {true, false})
  void thePathMovesAndNothingIsLost(boolean sealed) throws IOException {
    LoadPlan plan = new LoadPlan(PER_SECOND, (REBINDINGS + 2) * EACH_AFTER, 60, 1_300);
    List<LinkProperties> lines =
        List.of(LinkProperties.parse("delay=10ms"), LinkProperties.parse("delay=20ms"));
    try (DatagramLoop loop = DatagramLoop.start("lines");
        BothWays load = new BothWays(plan);
        LocalTunnel tunnel = LocalTunnel.start(loop, load.target(), lines, sealed, seed)) {
      tunnel.awaitPaths();
      load.start(tunnel.entry());
      InetSocketAddress steady = remote(tunnel, 1);
      for (int i = 1; i <= REBINDINGS; i++) {
        int sent = i * EACH_AFTER;
        Await.until("the load", LIMIT, () -> load.hasSent(sent));
        rebind(tunnel);
      }
      load.awaitEnd(LIMIT);
      load.assertAllArrived(", " + seed);
      assertEquals(steady, remote(tunnel, 1), "the other path stays where it was");
    }
  }

  private static void rebind(LocalTunnel tunnel) {
    InetSocketAddress before = remote(tunnel, 0);
    long start = System.nanoTime();
    tunnel.links().getFirst().rebind();
    Await.until("the server to see the path move", LIMIT, () -> !remote(tunnel, 0).equals(before));
    System.out.printf(
        "a path's source port changed: the server knows the new one after %d ms%n",
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
  }

  private static InetSocketAddress remote(LocalTunnel tunnel, int path) {
    List<PathReport> paths = tunnel.serverReport();
    return paths.get(path).remote();
  }
}
