package dev.mptunnel.core;

/**
 * Whether what is lost was dropped by full queues: when more is lost while the queues in front of
 * all paths are long than chance explains, by what is lost at other times. That they are long is
 * not enough: a TCP inside keeps them so, and on lines that lose by themselves most of what is lost
 * meanwhile would have been lost anyway.
 */
final class Congestion {

  /** So many packets are remembered of the times when queues are long, and of others, fading. */
  private static final int MEMORY_LONG = 300;

  private static final int MEMORY_OTHER = 5_000;

  /** By how many standard deviations, and by how many packets, losses are too many for chance. */
  private static final int DEVIATIONS = 3;

  /** Where little is known of other times: as if one of so many had been lost then. */
  private static final int UNKNOWN = 50;

  /** What came and what was lost at one kind of time. */
  private static final class Tally {
    private final double fading;
    private double packets;
    private double losses;

    private Tally(int memory) {
      fading = 1.0 / memory;
    }

    private void add(boolean isLost) {
      packets += 1 - packets * fading;
      losses += (isLost ? 1 : 0) - losses * fading;
    }
  }

  private final Tally whileLong = new Tally(MEMORY_LONG);
  private final Tally atOtherTimes = new Tally(MEMORY_OTHER);

  /** A packet came, while the queues were long or not. */
  void onArrival(boolean areLong) {
    (areLong ? whileLong : atOtherTimes).add(false);
  }

  /** A packet is lost. */
  void onLoss(boolean areLong) {
    (areLong ? whileLong : atOtherTimes).add(true);
  }

  /** Whether the last one lost was dropped by full queues, most likely. */
  boolean isDrop(boolean areLong) {
    double share = (atOtherTimes.losses + 1) / (atOtherTimes.packets + UNKNOWN);
    double expected = share * whileLong.packets;
    return areLong && whileLong.losses > expected + DEVIATIONS * (1 + Math.sqrt(expected));
  }
}
