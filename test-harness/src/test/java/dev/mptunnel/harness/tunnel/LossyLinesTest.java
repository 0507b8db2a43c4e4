package dev.mptunnel.harness.tunnel;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.emulator.UdpLink;
import dev.mptunnel.harness.link.LinkCounters;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.loop.DatagramLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three lines that lose alike and take different times: what is delivered is exactly what was sent
 * without what was dropped on every line.
 */
class LossyLinesTest {

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Duration FULL_LIMIT = Duration.ofMinutes(10);
  private static final int MIN_BYTES = 60;
  private static final int MAX_BYTES = 1_300;

  private final Seed seed = Seed.ofRun();

  @ParameterizedTest(name = "{0} %, sealed {1}")
  @CsvSource({"10, true", "20, true", "30, true", "30, false"})
  void exactlyWhatALineLetThroughIsDelivered(int lossPercent, boolean sealed) throws IOException {
    run(lossPercent, sealed, new LoadPlan(3_000, 5_000, MIN_BYTES, MAX_BYTES), LIMIT);
  }

  @Tag("full")
  @ParameterizedTest(name = "{0} %")
  @ValueSource(ints = {10, 20, 30})
  void theSameOfThreeHundredThousand(int lossPercent) throws IOException {
    run(lossPercent, true, new LoadPlan(6_000, 300_000, MIN_BYTES, MAX_BYTES), FULL_LIMIT);
  }

  private void run(int lossPercent, boolean sealed, LoadPlan plan, Duration limit)
      throws IOException {
    List<LinkProperties> lines =
        Stream.of("delay=5ms jitter=1ms", "delay=15ms jitter=4ms", "delay=30ms jitter=8ms")
            .map(delay -> LinkProperties.parse("loss=" + lossPercent + "% " + delay))
            .toList();
    try (DatagramLoop loop = DatagramLoop.start("lines");
        BothWays load = new BothWays(plan);
        LocalTunnel tunnel = LocalTunnel.start(loop, load.target(), lines, sealed, seed)) {
      tunnel.awaitPaths();
      load.start(tunnel.entry(), tunnel.ledger());
      load.awaitEnd(limit);
      print(lossPercent, tunnel, load);
      load.assertExactly(
          tunnel.ledger(),
          " " + seed + ", kernel drops " + (tunnel.kernelDrops() + load.kernelDrops()));
    }
  }

  private static void print(int lossPercent, LocalTunnel tunnel, BothWays load) {
    System.out.printf(
        Locale.ROOT,
        "3 lines of %d %%: up sent %d, let through %d, delivered %d; down sent %d, let through %d,"
            + " delivered %d; lines lost up %s %%, down %s %%; kernel drops %d%n",
        lossPercent,
        load.sentUp(),
        tunnel.ledger().passed(Direction.UP, 1).cardinality(),
        load.up().distinct(),
        load.sentDown(),
        tunnel.ledger().passed(Direction.DOWN, 1).cardinality(),
        load.down().distinct(),
        losses(tunnel.links(), Direction.UP),
        losses(tunnel.links(), Direction.DOWN),
        tunnel.kernelDrops() + load.kernelDrops());
  }

  private static String losses(List<UdpLink> links, Direction direction) {
    return links.stream()
        .map(link -> link.model(direction).counters())
        .map(LossyLinesTest::lossPercent)
        .collect(Collectors.joining(" "));
  }

  private static String lossPercent(LinkCounters line) {
    return String.format(Locale.ROOT, "%.2f", 100.0 * line.lost() / line.offered());
  }
}
