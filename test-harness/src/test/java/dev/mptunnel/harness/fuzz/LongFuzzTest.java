package dev.mptunnel.harness.fuzz;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every target, alone in its process, for {@value #USUAL_SECONDS} s, or for as long as {@code
 * -Dmptunnel.fuzz.seconds} says: then it goes on from what was known before.
 */
@Tag("full")
class LongFuzzTest {

  private static final int USUAL_SECONDS = 5;
  private static final String SECONDS = "mptunnel.fuzz.seconds";

  private static Fuzzers fuzzers;

  @BeforeAll
  static void startAll() {
    Integer asked = Integer.getInteger(SECONDS);
    fuzzers = new Fuzzers(asked == null);
    for (FuzzTargets target : FuzzTargets.values()) {
      if (target != FuzzTargets.CANARY) {
        fuzzers.start(List.of(target), asked == null ? USUAL_SECONDS : asked);
      }
    }
  }

  @AfterAll
  static void stopAll() {
    fuzzers.close();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CANARY")
  void nothingIsFound(FuzzTargets target) throws Exception {
    fuzzers.assertNothingFound(target, 1);
  }
}
