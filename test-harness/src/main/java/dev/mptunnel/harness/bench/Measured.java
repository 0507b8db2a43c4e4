package dev.mptunnel.harness.bench;

import dev.mptunnel.harness.lab.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What several slices of one chain come to: what arrived, what it cost, how long JVMs paused. */
final class Measured {

  private final Chain chain;
  private final List<Integer> pauseMarks;
  private Outcome outcome;
  private long nearNanos;
  private long farNanos;

  private Measured(Chain chain) throws IOException {
    this.chain = chain;
    pauseMarks = chain.pauseMarks();
  }

  /** Has all chains of a set carry a load for so long, in turn; one for each, in their order. */
  static List<Measured> all(ChainSet set, long nanosEach, ChainSet.Loads loads) throws IOException {
    List<Measured> all = new ArrayList<>();
    List<Usage> before = new ArrayList<>();
    for (Chain chain : set.chains()) {
      all.add(new Measured(chain));
      before.add(chain.usage());
    }
    set.inTurn(
        nanosEach,
        (index, chain, nanos) -> {
          before.set(index, chain.usage());
          return loads.load(index, chain, nanos);
        },
        (index, chain, outcome) ->
            all.get(index).add(outcome, chain.usage().minus(before.get(index))));
    return all;
  }

  private void add(Outcome more, Usage used) {
    outcome = outcome == null ? more : outcome.plus(more);
    nearNanos += used.clientNanos();
    farNanos += used.serverNanos();
  }

  Chain chain() {
    return chain;
  }

  Outcome outcome() {
    return outcome;
  }

  /** What each datagram that arrived cost the programs of both sides. */
  Usage usage() {
    return new Usage(nearNanos, farNanos, outcome.arrived());
  }

  /** The longest pause of a JVM of the chain in that time, in ms; NaN where it has none. */
  double longestPauseMillis() throws IOException {
    long nanos = chain.longestPauseNanos(pauseMarks);
    return nanos < 0 ? Double.NaN : nanos / 1e6;
  }
}
