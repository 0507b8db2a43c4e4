package dev.mptunnel.harness.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.EndpointSettings.KeySettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whole ends, on three lines, of which two may share a bottleneck: it is said, and it alone. */
class SharedBottleneckTest {

  private static final int STEP_MILLIS = 50;

  /** Of 20 datagrams a second each way, as a call has more. */
  private static final int STEPS_IN_A_SECOND = 1_000 / STEP_MILLIS;

  private final Seed seed = Seed.ofRun();
  private final SplittableRandom random = new SplittableRandom(seed.generator().nextLong());

  /** What others send into the queue of a line, so that it is longer and shorter. */
  private final class Queue {

    private double millis;
    private boolean isBurst;

    void step() {
      isBurst ^= random.nextDouble() < 0.06;
      millis = Math.clamp(millis + (isBurst ? 10 : -8) * random.nextDouble(), 0, 60);
    }
  }

  private SimPair pair(String... lines) {
    return new SimPair(
        seed, KeySettings.DEFAULT, Stream.of(lines).map(LinkProperties::parse).toList(), tap());
  }

  private static SimPair.Tap tap() {
    return new SimPair.Tap() {};
  }

  /** All that was said by either end. */
  private static List<SessionReport.Shared> said(SimPair pair) {
    List<SessionReport.Shared> all = new ArrayList<>();
    pair.client().events(Event.PathsShareFate.class).forEach(told -> all.add(told.shared()));
    pair.server().events(Event.PathsShareFate.class).forEach(told -> all.add(told.shared()));
    return all;
  }

  @Test
  void twoLinesThatLoseTheSamePacketsAreNamedWithinAMinute() {
    SimPair pair = pair("delay=20ms loss=3%", "delay=30ms with=1", "delay=40ms loss=3%");
    for (int i = 0; i < 60_000 / 5 && said(pair).isEmpty(); i++) {
      pair.exchange(1);
      pair.idle(4);
    }
    assertEquals(List.of("0 1 LOSS"), words(said(pair)), seed.toString());
  }

  private static List<String> words(List<SessionReport.Shared> said) {
    return said.stream().map(two -> two.one() + " " + two.other() + " " + two.sign()).toList();
  }

  @Test
  void twoLinesThatAreSlowAtTheSameTimesAreNamedWithinAMinute() {
    SimPair pair = pair("delay=20ms", "delay=30ms", "delay=40ms");
    Queue shared = new Queue();
    Queue own = new Queue();
    int steps = 0;
    while (steps < 60 * STEPS_IN_A_SECOND && said(pair).isEmpty()) {
      steps++;
      step(pair, shared, shared, own, "");
    }
    assertEquals("0 1 DELAY", words(said(pair)).getFirst(), seed.toString());
    System.out.println("said after " + steps / STEPS_IN_A_SECOND + " s, " + seed);
  }

  private void step(SimPair pair, Queue first, Queue second, Queue third, String more) {
    first.step();
    if (second != first) {
      second.step();
    }
    third.step();
    change(pair, 0, 20 + first.millis, more);
    change(pair, 1, 30 + second.millis, more);
    change(pair, 2, 40 + third.millis, more);
    pair.exchange(1);
    pair.idle(STEP_MILLIS - 1);
  }

  private static void change(SimPair pair, int path, double millis, String more) {
    pair.change(
        path,
        LinkProperties.parse(
            String.format(Locale.ROOT, "delay=%dus%s", (long) (millis * 1_000), more)));
  }

  @Test
  void linesOfTheirOwnAreNotNamed() {
    independent(300);
  }

  @Tag("full")
  @Test
  void linesOfTheirOwnAreNotNamedInAnHour() {
    for (int i = 0; i < 4; i++) {
      independent(3_600);
    }
  }

  private void independent(int seconds) {
    SimPair pair = pair("delay=20ms loss=5%", "delay=30ms loss=5%", "delay=40ms loss=5%");
    Queue first = new Queue();
    Queue second = new Queue();
    Queue third = new Queue();
    for (int i = 0; i < seconds * STEPS_IN_A_SECOND; i++) {
      step(pair, first, second, third, " loss=5%");
    }
    assertEquals(List.of(), words(said(pair)), seed.toString());
    assertTrue(pair.up().sent() > 15 * seconds, seed.toString());
  }
}
