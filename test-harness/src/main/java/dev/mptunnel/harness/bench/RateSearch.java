package dev.mptunnel.harness.bench;

/**
 * Finds the highest rate that is carried without loss, or with so little as is allowed: first by
 * doubling, then by halving what lies between the highest that was carried and the lowest that was
 * not, by ratio. A rate is given up when it has failed twice: a machine does other things, too.
 */
final class RateSearch {

  /** So near are the two ends when the search is over. */
  private static final double PRECISION = 1.03;

  private static final int ATTEMPTS = 2;

  private final int highestPerSecond;
  private int carriedPerSecond;
  private int failedPerSecond = Integer.MAX_VALUE;
  private int nextPerSecond;
  private int attempts;

  /**
   * A search.
   *
   * @param firstPerSecond to try first
   * @param highestPerSecond never to go beyond
   */
  RateSearch(int firstPerSecond, int highestPerSecond) {
    if (firstPerSecond < 1 || highestPerSecond < firstPerSecond) {
      throw new IllegalArgumentException(
          "no such rates: from " + firstPerSecond + " up to " + highestPerSecond);
    }
    this.highestPerSecond = highestPerSecond;
    nextPerSecond = firstPerSecond;
  }

  boolean isOver() {
    return carriedPerSecond >= highestPerSecond
        || failedPerSecond - carriedPerSecond <= 1
        || (carriedPerSecond > 0 && failedPerSecond <= carriedPerSecond * PRECISION);
  }

  /** The rate to try now. */
  int nextPerSecond() {
    return nextPerSecond;
  }

  /** Takes what became of it. */
  void onResult(boolean carried) {
    attempts++;
    if (!carried && attempts < ATTEMPTS) {
      return;
    }
    attempts = 0;
    if (carried) {
      carriedPerSecond = nextPerSecond;
    } else {
      failedPerSecond = nextPerSecond;
    }
    if (failedPerSecond == Integer.MAX_VALUE) {
      nextPerSecond = (int) Math.min(2L * carriedPerSecond, highestPerSecond);
    } else if (carriedPerSecond == 0) {
      nextPerSecond = Math.max(1, failedPerSecond / 2);
    } else {
      nextPerSecond = (int) Math.round(Math.sqrt((double) carriedPerSecond * failedPerSecond));
    }
  }

  /** The highest rate that was carried; 0 for none so far. */
  int carriedPerSecond() {
    return carriedPerSecond;
  }
}
