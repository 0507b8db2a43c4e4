package dev.mptunnel.harness.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Which faults there are, one after the other, all of it by a seed: in each round each kind once.
 */
final class FaultSchedule {

  /** Shares of the time from one fault to the next: the rest is for what has to heal. */
  private static final double SHORTEST = 0.15;

  private static final double LONGEST = 0.6;

  /** The first leaves a path too narrow for datagrams, the others make it shorten all of them. */
  private static final List<Integer> MTUS = List.of(1_000, 1_280, 1_400);

  private final List<FaultKind> kinds;
  private final int paths;
  private final Duration every;
  private final RandomGenerator random;
  private final List<FaultKind> round = new ArrayList<>();
  private int number;

  /**
   * @param kinds at least one
   * @param every time from the beginning of one to that of the next
   */
  FaultSchedule(List<FaultKind> kinds, int paths, Duration every, RandomGenerator random) {
    this.kinds = List.copyOf(kinds);
    this.paths = paths;
    this.every = every;
    this.random = random;
  }

  /** The next one. */
  Fault next() {
    if (round.isEmpty()) {
      round.addAll(kinds);
      Collections.shuffle(round, random);
    }
    FaultKind kind = round.removeLast();
    number++;
    double share = random.nextDouble(SHORTEST, LONGEST);
    Duration length = Duration.ofMillis(Math.round(every.toMillis() * share));
    return new Fault(number, kind, path(kind), words(kind), length);
  }

  /** The first bridge is never killed, where there are others: its memory is to be looked at. */
  private int path(FaultKind kind) {
    boolean spareFirst = kind == FaultKind.KILL_BRIDGE && paths > 1;
    return random.nextInt(spareFirst ? 2 : 1, paths + 1);
  }

  private String words(FaultKind kind) {
    return switch (kind) {
      case BURSTS ->
          "loss=%d%% burst=%dms".formatted(random.nextInt(10, 41), random.nextInt(20, 201));
      case DELAY -> "delay=%dms".formatted(random.nextInt(50, 301));
      case MTU -> "mtu=" + MTUS.get(random.nextInt(MTUS.size()));
      default -> "";
    };
  }
}
