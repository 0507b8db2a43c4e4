package dev.mptunnel.core;

import java.util.List;

/**
 * Which paths lose the same packets, as two do that run through one cable after all. Of two paths
 * that have nothing in common, what both lose is the product of what each loses; the correlation of
 * the two losses (the phi coefficient of their fourfold table) tells how far they are from that. It
 * is known for what the peer sends us only.
 */
final class SharedFate {

  private static final int BLOCK = 64;

  /** A correlation that no chance and no common hour of the day explains. */
  private static final double SUSPICIOUS = 0.3;

  /**
   * Packets lost by both, and blocks in which there were such, below which nothing is said: a
   * single hiccup of the whole neighbourhood, or packets that were never sent on either, is no
   * fate.
   */
  private static final long ENOUGH = 64;

  private static final long ENOUGH_BLOCKS = 10;

  /** Packets after which half of what was counted is forgotten: what counts is what happens now. */
  private static final long MEMORY = 100_000;

  private final int[] block = new int[BLOCK];
  private int inBlock;
  private int seenBefore;
  private int paths;

  // Of each two paths that were in use: packets, those that the first lost, those that both lost.
  private long[][] packets = new long[0][0];
  private long[][] lostByFirst = new long[0][0];
  private long[][] lostByBoth = new long[0][0];
  private long[][] blocksLostByBoth = new long[0][0];

  /**
   * What became of one packet, in the order of their counters.
   *
   * @param arrivedOn a bit for each path that brought it
   */
  void add(int arrivedOn) {
    block[inBlock++] = arrivedOn;
    if (inBlock == BLOCK) {
      inBlock = 0;
      countBlock();
    }
  }

  /** A path that brought nothing in this block, or in the one before, is not in use. */
  private void countBlock() {
    int seen = 0;
    for (int arrivedOn : block) {
      seen |= arrivedOn;
    }
    int inUse = seen & seenBefore;
    seenBefore = seen;
    if (inUse == 0) {
      return;
    }
    makeRoomFor(Integer.SIZE - Integer.numberOfLeadingZeros(inUse));
    int lostHere = 0;
    for (int arrivedOn : block) {
      lostHere |= inUse & ~arrivedOn;
    }
    for (int left = inUse; left != 0; left &= left - 1) {
      int a = Integer.numberOfTrailingZeros(left);
      for (int others = inUse & ~(1 << a); others != 0; others &= others - 1) {
        countPair(a, Integer.numberOfTrailingZeros(others), lostHere);
      }
    }
  }

  private void countPair(int a, int b, int lostHere) {
    packets[a][b] += BLOCK;
    if (((lostHere >> a) & 1) == 0) {
      return;
    }
    long bothBefore = lostByBoth[a][b];
    for (int arrivedOn : block) {
      int lostByA = (~arrivedOn >> a) & 1;
      lostByFirst[a][b] += lostByA;
      lostByBoth[a][b] += lostByA & (~arrivedOn >> b);
    }
    blocksLostByBoth[a][b] += lostByBoth[a][b] > bothBefore ? 1 : 0;
    if (packets[a][b] > MEMORY) {
      packets[a][b] /= 2;
      lostByFirst[a][b] /= 2;
      lostByBoth[a][b] /= 2;
      blocksLostByBoth[a][b] /= 2;
    }
  }

  /** The path of this number is no more: another may come to have it. */
  void forget(int path) {
    int bit = 1 << path;
    seenBefore &= ~bit;
    for (int i = 0; i < inBlock; i++) {
      block[i] &= ~bit;
    }
    for (int other = 0; path < paths && other < paths; other++) {
      for (long[][] table : List.of(packets, lostByFirst, lostByBoth, blocksLostByBoth)) {
        table[path][other] = 0;
        table[other][path] = 0;
      }
    }
  }

  private void makeRoomFor(int needed) {
    if (needed > paths) {
      paths = needed;
      packets = grown(packets);
      lostByFirst = grown(lostByFirst);
      lostByBoth = grown(lostByBoth);
      blocksLostByBoth = grown(blocksLostByBoth);
    }
  }

  private long[][] grown(long[][] table) {
    long[][] larger = new long[paths][paths];
    for (int a = 0; a < table.length; a++) {
      System.arraycopy(table[a], 0, larger[a], 0, table[a].length);
    }
    return larger;
  }

  /**
   * How much of what two paths lose, of the one that loses less, both lose: 0 to 1, and 0 where
   * nothing says that they have something in common.
   */
  double share(int a, int b) {
    if (Math.max(a, b) >= paths
        || lostByBoth[a][b] < ENOUGH
        || blocksLostByBoth[a][b] < ENOUGH_BLOCKS) {
      return 0;
    }
    double n = packets[a][b];
    double lostA = lostByFirst[a][b] / n;
    double lostB = lostByFirst[b][a] / n;
    double both = lostByBoth[a][b] / n;
    double spread = Math.sqrt(lostA * (1 - lostA) * lostB * (1 - lostB));
    boolean together = spread > 0 && (both - lostA * lostB) / spread >= SUSPICIOUS;
    return together ? both / Math.min(lostA, lostB) : 0;
  }
}
