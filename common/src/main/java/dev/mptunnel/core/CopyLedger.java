package dev.mptunnel.core;

import java.util.Arrays;

/**
 * Remembers, for the latest counters, on which paths their copies arrived, and so which path
 * <em>won</em> a packet (brought it first) and which <em>saved</em> it (alone brought it).
 *
 * <p>The memory starts small and grows, within its limit, as far back as copies really arrive late.
 */
final class CopyLedger {

  private static final int FIRST_SIZE = 256;

  private final int limit;
  private int[] pathsByCounter = new int[FIRST_SIZE];
  private long highest = -1;

  /**
   * A ledger of nothing.
   *
   * @param limit how many counters to remember at the most, a power of two
   */
  CopyLedger(int limit) {
    this.limit = limit;
  }

  /**
   * The first copy of a counter came on this path, or, if null, from an address of no path.
   *
   * @param believed the highest counter that is believed; one beyond is not remembered
   * @param fate is told of the packets that fall out of the memory
   */
  void first(long counter, long believed, Path path, SharedFate fate) {
    if (counter > highest && counter <= believed) {
      forget(highest + 1, counter, fate);
      highest = counter;
    }
    if (path == null) {
      return;
    }
    path.countWin();
    path.countSave(1);
    if (remembers(counter)) {
      pathsByCounter[slot(counter)] = 1 << path.id();
    }
  }

  /**
   * A further copy of a counter came on this path.
   *
   * @param paths all paths of the session
   * @return false if it is known to have come on this path before: the network doubled it
   */
  boolean further(long counter, Path path, PathSet paths) {
    if (!remembers(counter)) {
      growTo(counter);
      return true;
    }
    int before = pathsByCounter[slot(counter)];
    if (before == 0) {
      return true; // it came first from an address of no path, or before the memory grew
    }
    int mask = 1 << path.id();
    if ((before & mask) != 0) {
      return false;
    }
    if (Integer.bitCount(before) == 1) {
      paths.get(Integer.numberOfTrailingZeros(before)).countSave(-1);
    }
    pathsByCounter[slot(counter)] = before | mask;
    return true;
  }

  /** The path of this number is no more: what it brought, no path did. */
  void forget(int path) {
    int others = ~(1 << path);
    for (int i = 0; i < pathsByCounter.length; i++) {
      pathsByCounter[i] &= others;
    }
  }

  private boolean remembers(long counter) {
    return counter > highest - pathsByCounter.length && counter <= highest;
  }

  private void forget(long from, long to, SharedFate fate) {
    if (to - from >= pathsByCounter.length) {
      Arrays.fill(pathsByCounter, 0);
      return;
    }
    boolean isLeap = to - from >= FIRST_SIZE; // and what it skips was not lost one by one
    for (long counter = from; counter <= to; counter++) {
      if (counter >= pathsByCounter.length && !isLeap) {
        fate.add(pathsByCounter[slot(counter)]);
      }
      pathsByCounter[slot(counter)] = 0;
    }
  }

  private void growTo(long counter) {
    long wanted = highest - counter + 1;
    if (counter > highest || wanted > limit) {
      return;
    }
    int[] old = pathsByCounter;
    pathsByCounter = new int[Math.min(limit, Integer.highestOneBit((int) wanted) << 1)];
    for (long kept = Math.max(0, highest - old.length + 1); kept <= highest; kept++) {
      pathsByCounter[slot(kept)] = old[(int) (kept & old.length - 1)];
    }
  }

  private int slot(long counter) {
    return (int) (counter & pathsByCounter.length - 1);
  }
}
