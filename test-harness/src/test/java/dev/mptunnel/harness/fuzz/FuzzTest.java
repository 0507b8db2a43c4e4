package dev.mptunnel.harness.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.fuzz.Fuzzers.Outcome;
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

  /** Fewer prove nothing. A busy machine makes some 30 of the engine's, which are the slowest. */
  private static final long MIN_INPUTS = 10;

  /** It ends with the finding, mostly within two. */
  private static final int MAX_CANARY_SECONDS = 30;

  private static final int MIXES = 2;

  private static Fuzzers fuzzers;

  /** Neighbours together, for they share classes; and canaries, which end a process. */
  @BeforeAll
  static void startAll() {
    List<FuzzTargets> all =
        Arrays.stream(FuzzTargets.values()).filter(target -> target != FuzzTargets.CANARY).toList();
    fuzzers = new Fuzzers(true);
    for (int i = 0; i < MIXES; i++) {
      List<FuzzTargets> mix = all.subList(all.size() * i / MIXES, all.size() * (i + 1) / MIXES);
      fuzzers.start(mix, SECONDS * mix.size());
    }
    fuzzers.start(List.of(FuzzTargets.CANARY, FuzzTargets.CANARY), MAX_CANARY_SECONDS);
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

  /** The canary must be found, in a mix, and in a way that a person can follow: the rig works. */
  @Test
  void theCanaryIsFound() throws Exception {
    Outcome outcome = fuzzers.of(FuzzTargets.CANARY);
    assertEquals(FuzzRun.FOUND, outcome.exitCode(), outcome.log());
    assertTrue(outcome.log().contains(CanaryTarget.SONG), outcome.log());
    assertNotNull(outcome.found(), outcome.log());
    FuzzTarget canary = FuzzTargets.CANARY.create();
    assertThrows(IllegalStateException.class, () -> canary.accept(outcome.foundInput()));
  }
}
