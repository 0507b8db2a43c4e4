package dev.mptunnel.harness.world;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.EndpointSettings.KeySettings;
import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkProperties;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code kill -9} of the server, of the client, and of all bridges at once, under load: how many
 * round trips after the new process is up the first datagram arrives that was sent since then. On a
 * flow that wants its order it may have to wait, besides, for what was sent before.
 */
class RestartSimTest {

  private static final int PATHS = 3;
  private static final int LIMIT_MILLIS = 10_000;
  private static final int OUTAGE_MILLIS = 500;
  private static final int LONGEST_HOLD_MILLIS = 1_000;

  /** What is killed. */
  enum Victim {
    SERVER,
    CLIENT,
    BRIDGES
  }

  private final Seed seed = Seed.ofRun();

  @ParameterizedTest(name = "{0}, {1} % loss")
  @CsvSource({
    "SERVER, 0", "SERVER, 10", "SERVER, 30",
    "CLIENT, 0", "CLIENT, 10", "CLIENT, 30",
    "BRIDGES, 0", "BRIDGES, 10", "BRIDGES, 30"
  })
  void datagramsFlowAgainWithinAFewRoundTrips(Victim victim, int lossPercent) {
    run(victim, lossPercent, 20);
  }

  @Tag("full")
  @ParameterizedTest(name = "{0}, {1} % loss")
  @CsvSource({
    "SERVER, 0", "SERVER, 10", "SERVER, 30",
    "CLIENT, 0", "CLIENT, 10", "CLIENT, 30",
    "BRIDGES, 0", "BRIDGES, 10", "BRIDGES, 30"
  })
  void theSameTwoHundredTimes(Victim victim, int lossPercent) {
    run(victim, lossPercent, 200);
  }

  private void run(Victim victim, int lossPercent, int times) {
    double[] up = new double[times];
    double[] down = new double[times];
    double[] orderedMillis = new double[times];
    for (int i = 0; i < times; i++) {
      Seed part = seed.part(victim + " " + lossPercent + " " + i);
      RandomGenerator random = part.part("times").generator();
      int rttMillis = random.nextInt(20, 201);
      LinkProperties line =
          LinkProperties.parse("loss=" + lossPercent + "% delay=" + rttMillis * 500 + "us");
      SimPair pair =
          new SimPair(
              part,
              new SimPair.Layout(
                  KeySettings.DEFAULT,
                  RepairSettings.DEFAULT,
                  Collections.nCopies(PATHS, line),
                  List.of(false, true),
                  32,
                  0),
              new SimPair.Tap() {});
      pair.exchange(4 * rttMillis + random.nextInt(600, 1_600));
      killAndRestart(pair, victim, i % 2 == 0 ? 0 : OUTAGE_MILLIS);

      long upAgain = pair.now();
      List<SimPair.Stream> streams =
          Stream.of(pair.ups(), pair.downs()).flatMap(List::stream).toList();
      streams.forEach(stream -> stream.mark(upAgain));
      boolean passed =
          pair.exchangeUntil(
              LIMIT_MILLIS, () -> streams.stream().allMatch(stream -> stream.passedNanos() >= 0));
      assertTrue(passed, () -> "stuck: RTT " + rttMillis + " ms, " + seed);
      orderedMillis[i] = Math.max(longerMillis(pair.ups()), longerMillis(pair.downs()));
      double rttNanos = (double) rttMillis * SimPair.MILLI;
      up[i] = (pair.up().passedNanos() - upAgain) / rttNanos;
      down[i] = (pair.down().passedNanos() - upAgain) / rttNanos;
    }
    Arrays.sort(up);
    Arrays.sort(down);
    Arrays.sort(orderedMillis);
    System.out.printf(
        "kill -9 %s, %d %% loss, %d times, RTTs until datagrams flow: up %s, down %s; where they"
            + " want their order ms more: %s (%s)%n",
        victim.name().toLowerCase(Locale.ROOT),
        lossPercent,
        times,
        words(up),
        words(down),
        words(orderedMillis),
        seed);
    if (lossPercent == 0) {
      assertTrue(quantile(up, 0.99) <= 2.5, "up");
      assertTrue(quantile(down, 0.99) <= 3, "down");
      assertTrue(quantile(orderedMillis, 1) <= LONGEST_HOLD_MILLIS, "ordered");
    }
  }

  /** How much longer it took on the flow that wants its order than on the other. */
  private static double longerMillis(List<SimPair.Stream> streams) {
    long longerNanos = streams.getLast().passedNanos() - streams.getFirst().passedNanos();
    return (double) longerNanos / SimPair.MILLI;
  }

  private static void killAndRestart(SimPair pair, Victim victim, int outageMillis) {
    switch (victim) {
      case SERVER -> {
        pair.kill(pair.server());
        pair.exchange(outageMillis);
        pair.startServer();
      }
      case CLIENT -> {
        pair.kill(pair.client());
        pair.exchange(outageMillis);
        pair.startClient();
      }
      case BRIDGES -> {
        pair.setDown(true);
        pair.exchange(outageMillis);
        for (int path = 0; path < PATHS; path++) {
          pair.rebind(path);
        }
        pair.setDown(false);
      }
    }
  }

  private static String words(double[] sorted) {
    return String.format(
        Locale.ROOT,
        "p50 %.2f p99 %.2f max %.2f",
        quantile(sorted, 0.5),
        quantile(sorted, 0.99),
        sorted[sorted.length - 1]);
  }

  private static double quantile(double[] sorted, double fraction) {
    return sorted[(int) Math.ceil(fraction * sorted.length) - 1];
  }
}
