package dev.mptunnel.harness.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.fuzz.Fuzzers.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every target, fuzzed for a moment, without what is known of it: two processes for all. */
class FuzzTest {

  private static final int SECONDS = 3;

  /** Fewer prove nothing. */
  private static final long MIN_INPUTS = 100;

  private static final int MIXES = 2;

  private static Fuzzers fuzzers;

  @BeforeAll
  static void startAll() {
    fuzzers = new Fuzzers(shares(), SECONDS, true);
  }

  /** The canary alone, for it is to be found, and neighbours together: they share classes. */
  private static List<List<FuzzTargets>> shares() {
    List<FuzzTargets> all =
        Arrays.stream(FuzzTargets.values())
            .filter(target -> target != FuzzTargets.CANARY)
            .toList();
    List<List<FuzzTargets>> shares = new ArrayList<>();
    for (int i = 0; i < MIXES; i++) {
      shares.add(all.subList(all.size() * i / MIXES, all.size() * (i + 1) / MIXES));
    }
    shares.add(List.of(FuzzTargets.CANARY));
    return shares;
  }

  @AfterAll
  static void stopAll() {
    fuzzers.close();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CANARY")
  void nothingIsFound(FuzzTargets target) throws Exception {
    fuzzers.assertNothingFound(target, MIN_INPUTS);
  }

  /** The canary must be found, and in a way that a person can follow: the rig works. */
  @Test
  void theCanaryIsFound() throws Exception {
    Outcome outcome = fuzzers.of(FuzzTargets.CANARY);
    assertEquals(FuzzRun.FOUND, outcome.exitCode(), outcome.log());
    assertTrue(outcome.log().contains(CanaryTarget.SONG), outcome.log());
    assertNotNull(outcome.found(), outcome.log());
    FuzzTarget canary = FuzzTargets.CANARY.create();
    assertThrows(IllegalStateException.class, () -> canary.accept(outcome.found()));
  }
}
