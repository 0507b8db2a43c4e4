package dev.mptunnel.harness.demo;

import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.load.PathLedger;
import dev.mptunnel.harness.load.Reception;
import java.util.BitSet;

/**
 * One direction of the demo's stream, datagram by datagram, by their sequence numbers.
 *
 * @param sent how many were sent: those with numbers below this
 * @param offered those that came to a line
 * @param passedAtFirst those of which a line let the first copy through that came to it
 * @param passed those of which a line let any copy through, first or sent again
 * @param arrived those that came out of the tunnel
 * @param counts how they came out
 */
record Way(
    int sent,
    BitSet offered,
    BitSet passedAtFirst,
    BitSet passed,
    BitSet arrived,
    Reception.Counts counts) {

  static Way of(PathLedger lines, Direction direction, int stream, int sent, Reception received) {
    return new Way(
        sent,
        lines.offered(direction, stream),
        lines.passedAtFirst(direction, stream),
        lines.passed(direction, stream),
        received.arrived(),
        received.counts());
  }

  /** Those of which every line lost the first copy. */
  int lostAtFirst() {
    return sent - passedAtFirst.cardinality();
  }

  /** Those of them of which a copy that was sent again arrived. */
  int repaired() {
    return without(arrived, passedAtFirst).cardinality();
  }

  /** Those that never came out. */
  int lost() {
    return sent - arrived.cardinality();
  }

  /** Whether all came to the lines, and exactly what these let through came out, once and whole. */
  boolean isExact() {
    return offered.equals(all()) && arrived.equals(passed) && counts.clean();
  }

  /** Why it is not exact. */
  String fault() {
    return without(all(), offered).cardinality()
        + " never came to a line, "
        + without(passed, arrived).cardinality()
        + " missing, "
        + without(arrived, passed).cardinality()
        + " from nowhere, "
        + counts;
  }

  private BitSet all() {
    BitSet all = new BitSet();
    all.set(0, sent);
    return all;
  }

  private static BitSet without(BitSet some, BitSet others) {
    BitSet rest = (BitSet) some.clone();
    rest.andNot(others);
    return rest;
  }
}
