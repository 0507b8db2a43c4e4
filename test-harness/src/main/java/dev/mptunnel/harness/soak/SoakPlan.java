package dev.mptunnel.harness.soak;

import java.time.Duration;
import java.util.List;

/**
 * What a soak is.
 *
 * @param paths bridges, each a path
 * @param perSecond datagrams a second, half of them each way
 * @param connections TCP connections at once
 * @param warmUp load before all that counts
 * @param length of what counts
 * @param every time from one fault to the next
 * @param kinds of faults
 */
record SoakPlan(
    int paths,
    int perSecond,
    int connections,
    Duration warmUp,
    Duration length,
    Duration every,
    List<FaultKind> kinds) {

  static final int MAX_PATHS = 8;

  SoakPlan {
    require(paths >= 1 && paths <= MAX_PATHS, "paths: expected 1 to " + MAX_PATHS);
    require(perSecond >= 2 && perSecond <= 1_000_000, "datagrams a second: expected 2 to 1000000");
    require(connections >= 0 && connections <= 1_000, "connections: expected 0 to 1000");
    require(!warmUp.isNegative(), "warm-up: expected no less than 0 s");
    require(length.compareTo(every) >= 0, "length: expected time for one fault");
    require(every.compareTo(Duration.ofSeconds(1)) >= 0, "faults: expected 1 s between them");
    kinds = List.copyOf(kinds);
    require(!kinds.isEmpty(), "faults: expected one kind");
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
