package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.PathReport;
import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.emulator.UdpLink;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.loop.DatagramLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two of three lines go black under load. */
class BlackoutTest {

  private static final int PER_SECOND = 1_000;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final long IN_USE_LIMIT_MILLIS = 1_000;

  /** Where the machine has other tests to run at the same time. */
  private static final long QUICK_IN_USE_LIMIT_MILLIS = 3_000;

  /** More than the PINGs of a second: DATA passes. */
  private static final int IN_USE_PACKETS = 30;

  private static final List<LinkProperties> LINES =
      List.of(
          LinkProperties.parse("delay=10ms jitter=2ms"),
          LinkProperties.parse("delay=30ms jitter=5ms"),
          LinkProperties.parse("delay=20ms"));

  private final Seed seed = Seed.ofRun();

  @Test
  void nothingIsLostAndThePathsThatReturnAreInUseSoon() throws IOException {
    run(4, QUICK_IN_USE_LIMIT_MILLIS);
  }

  @Tag("full")
  @Test
  void nothingIsLostInTenSecondsAndThePathsThatReturnAreInUseWithinOne() throws IOException {
    run(10, IN_USE_LIMIT_MILLIS);
  }

  private void run(int blackSeconds, long inUseLimitMillis) throws IOException {
    int before = PER_SECOND;
    int black = blackSeconds * PER_SECOND;
    LoadPlan plan = new LoadPlan(PER_SECOND, before + black + 3 * PER_SECOND, 60, 1_300);
    try (DatagramLoop loop = DatagramLoop.start("lines");
        BothWays load = new BothWays(plan);
        LocalTunnel tunnel = LocalTunnel.start(loop, load.target(), LINES, true, seed)) {
      tunnel.awaitPaths();
      load.start(tunnel.entry());
      List<UdpLink> blacked = tunnel.links().subList(0, 2);

      Await.until("the load before", LIMIT, () -> load.hasSent(before));
      blacked.forEach(link -> link.setDown(true));
      Await.until("the load in the dark", LIMIT, () -> load.hasSent(before + black));
      assertBlack(tunnel);

      List<Long> inUseMillis = bringBack(blacked);
      load.awaitEnd(LIMIT);
      System.out.printf(
          "2 of 3 lines black for %d s: up sent %d, delivered %d; down sent %d, delivered %d;"
              + " in use again after %s ms (line 1 up, down, line 2 up, down)%n",
          blackSeconds,
          load.sentUp(),
          load.up().distinct(),
          load.sentDown(),
          load.down().distinct(),
          inUseMillis);
      load.assertAllArrived(", " + seed);
      assertTrue(
          inUseMillis.stream().allMatch(millis -> millis <= inUseLimitMillis),
          inUseMillis.toString());
    }
  }

  private static void assertBlack(LocalTunnel tunnel) {
    for (List<PathReport> paths : List.of(tunnel.clientReport().paths(), tunnel.serverReport())) {
      assertFalse(paths.get(0).up() || paths.get(1).up(), "both ends know which paths are down");
      assertTrue(paths.get(2).up(), "and which is not");
    }
  }

  /** How long each takes to carry the load again, in milliseconds: up and down of each. */
  private static List<Long> bringBack(List<UdpLink> links) {
    List<Long> goals = new ArrayList<>();
    for (UdpLink link : links) {
      for (Direction direction : Direction.values()) {
        goals.add(link.model(direction).counters().delivered() + IN_USE_PACKETS);
      }
    }
    List<Long> millis = new ArrayList<>(List.of(-1L, -1L, -1L, -1L));
    long start = System.nanoTime();
    links.forEach(link -> link.setDown(false));
    Await.until(
        "the lines to carry again",
        LIMIT,
        () -> {
          for (int i = 0; i < goals.size(); i++) {
            Direction direction = Direction.values()[i % 2];
            if (millis.get(i) < 0
                && links.get(i / 2).model(direction).counters().delivered() >= goals.get(i)) {
              millis.set(i, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
            }
          }
          return !millis.contains(-1L);
        });
    return millis;
  }
}
