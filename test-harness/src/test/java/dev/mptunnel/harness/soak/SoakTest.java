package dev.mptunnel.harness.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.lab.InLab;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that was promised is broken by any fault, and what is broken is named. */
@InLab
class SoakTest {

  @TempDir Path directory;

  private static SoakPlan plan(
      int paths, int perSecond, Duration length, Duration every, List<FaultKind> kinds) {
    return new SoakPlan(paths, perSecond, 50, Duration.ofSeconds(3), length, every, kinds);
  }

  private SoakOutcome run(SoakPlan plan) throws IOException {
    SoakOutcome outcome = Soak.run(plan, directory, System.out);
    new SoakReport(System.out).outcome(outcome);
    return outcome;
  }

  /** There was a load, and what was to be looked at was seen. */
  private static void assertLoaded(SoakPlan plan, SoakOutcome outcome) {
    for (SoakOutcome.Datagrams way : outcome.datagrams()) {
      assertTrue(way.sent() > plan.perSecond() / 4 * plan.length().toSeconds(), way.toString());
      assertTrue(way.delayNanos().getTotalCount() > way.sent() / 2, way.toString());
    }
    assertTrue(outcome.streams().completed() > plan.connections(), "TCP connections came and went");
    assertTrue(outcome.streams().bytes() > 0);
    assertEquals(2 + plan.paths(), outcome.programs().size());
    for (WatchedProgram program : outcome.programs()) {
      assertFalse(program.samples().isEmpty(), program.name());
    }
    assertTrue(outcome.log().lines("INFO") > 0, "there is a log");
    assertEquals(0, outcome.log().stackTraceLines(), "and it is for people");
  }

  @Test
  void noFaultBreaksAPromise() throws IOException {
    List<FaultKind> kinds = FaultKind.ofPaths();
    Duration every = Duration.ofSeconds(3);
    SoakPlan plan = plan(3, 2_000, every.multipliedBy(kinds.size()), every, kinds);
    SoakOutcome outcome = run(plan);
    // A path that was narrow takes some seconds till it is asked for long packets again.
    assertTrue(outcome.faults() >= kinds.size() / 2, outcome.healing().toString());
    assertLoaded(plan, outcome);
    assertEquals(List.of(), outcome.broken().lines());
  }

  /** What one path loses nobody else brings: were that not noticed, nothing would be. */
  @Test
  void whereThereIsOnlyOnePathItsCutIsNamed() throws IOException {
    // More than repair could send again.
    Duration every = Duration.ofSeconds(6);
    SoakOutcome outcome = run(plan(1, 4_000, every, every, List.of(FaultKind.CUT)));
    assertTrue(
        outcome.broken().lines().stream()
            .anyMatch(
                line ->
                    line.matches(
                        ".*BROKEN: \\d+ datagrams up are lost \\(\\d+-\\d+.*\\), .*fault 1: path 1"
                            + " lets nothing through for .*")),
        outcome.broken().lines().toString());
  }

  @Tag("full")
  @Test
  void noFaultBreaksAPromiseForFiveMinutesThoughEndsAreKilledToo() throws IOException {
    SoakPlan plan =
        plan(3, 10_000, Duration.ofMinutes(5), Duration.ofSeconds(6), List.of(FaultKind.values()));
    SoakOutcome outcome = run(plan);
    assertEquals(EnumSet.allOf(FaultKind.class), outcome.healing().keySet());
    assertLoaded(plan, outcome);
    assertEquals(List.of(), outcome.broken().lines());
  }
}
