package dev.mptunnel.harness.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Faults follow from a seed, and each kind has its turn. */
class FaultScheduleTest {

  private static final Duration EVERY = Duration.ofSeconds(10);
  private static final List<FaultKind> ALL = List.of(FaultKind.values());

  private final Seed seed = Seed.ofRun();

  private List<Fault> faults(int paths, int count) {
    FaultSchedule schedule = new FaultSchedule(ALL, paths, EVERY, seed.generator());
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      faults.add(schedule.next());
    }
    return faults;
  }

  @Test
  void aSeedGivesTheSameAgain() {
    assertEquals(faults(3, 100), faults(3, 100), seed.toString());
  }

  @Test
  void inEachRoundEachKindHasItsTurn() {
    List<Fault> faults = faults(3, 3 * ALL.size());
    for (int round = 0; round < 3; round++) {
      Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
      faults.subList(round * ALL.size(), (round + 1) * ALL.size()).stream()
          .map(Fault::kind)
          .forEach(kinds::add);
      assertEquals(EnumSet.allOf(FaultKind.class), kinds, seed.toString());
    }
  }

  @Test
  void eachLeavesTimeToHealAndIsOfAPath() {
    for (Fault fault : faults(3, 1_000)) {
      String context = fault + ", " + seed;
      assertTrue(fault.length().compareTo(EVERY.multipliedBy(6).dividedBy(10)) <= 0, context);
      assertTrue(fault.length().toMillis() > 0, context);
      assertTrue(fault.path() >= 1 && fault.path() <= 3, context);
      assertTrue(fault.kind() != FaultKind.KILL_BRIDGE || fault.path() > 1, context);
      LinkProperties.parse(fault.words()); // or it says what is wrong
    }
  }

  @Test
  void theOnlyBridgeIsKilledToo() {
    assertTrue(
        faults(1, ALL.size()).stream().anyMatch(fault -> fault.kind() == FaultKind.KILL_BRIDGE));
  }
}
