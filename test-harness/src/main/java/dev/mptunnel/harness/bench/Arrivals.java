package dev.mptunnel.harness.bench;

import java.util.BitSet;

/** Which datagrams of one run have come, and how many came again. */
final class Arrivals {

  /** Some nine minutes at 250,000 a second, in 16 MB. */
  static final int MAX_INDEX = 1 << 27;

  private final BitSet came = new BitSet();
  private long distinct;
  private long duplicates;

  /** Takes one; whether it is the first of its index. */
  boolean take(int index) {
    if (index < 0 || index >= MAX_INDEX) {
      return false;
    }
    if (came.get(index)) {
      duplicates++;
      return false;
    }
    came.set(index);
    distinct++;
    return true;
  }

  long distinct() {
    return distinct;
  }

  long duplicates() {
    return duplicates;
  }
}
