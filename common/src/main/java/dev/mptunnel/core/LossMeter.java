package dev.mptunnel.core;

/**
 * What is lost one way, from pairs of running totals: how many packets one end had sent and how
 * many of them the other had seen arrive. Totals may start anywhere; they start anew with each
 * epoch.
 */
final class LossMeter {

  /** Of so many packets it is remembered, fading, what was lost lately. */
  private static final double MEMORY = 512;

  private long pastSent;
  private long pastArrived;
  private long firstSent;
  private long firstArrived;
  private long lastSent;
  private long lastArrived;
  private boolean started;
  private double recentSent;
  private double recentLost;

  /** Takes a pair of totals; a pair older than the last is ignored. */
  void update(long sent, long arrived) {
    if (!started) {
      firstSent = sent;
      firstArrived = arrived;
      lastSent = sent;
      lastArrived = arrived;
      started = true;
    } else if (sent < lastSent) {
      return;
    }
    remember(sent - lastSent, Math.max(0, arrived - lastArrived));
    lastSent = sent;
    lastArrived = Math.max(lastArrived, arrived);
  }

  private void remember(long moreSent, long moreArrived) {
    double kept = Math.max(0, 1 - moreSent / MEMORY);
    recentSent = recentSent * kept + moreSent;
    recentLost = recentLost * kept + moreSent - moreArrived;
  }

  /** The totals will start anew. */
  void startEpoch() {
    pastSent = sent();
    pastArrived = arrived();
    started = false;
    firstSent = 0;
    firstArrived = 0;
    lastSent = 0;
    lastArrived = 0;
  }

  /** Packets sent between the first pair and the last, over all epochs. */
  long sent() {
    return pastSent + lastSent - firstSent;
  }

  /** Packets of those that arrived, never more than were sent. */
  long arrived() {
    return Math.min(sent(), pastArrived + lastArrived - firstArrived);
  }

  /** The share lost of the latest packets, 0 to 1; 0 where nothing has been measured. */
  double recentShare() {
    return recentSent == 0 ? 0 : Math.clamp(recentLost / recentSent, 0, 1);
  }

  /** Both. */
  LossTotals totals() {
    return new LossTotals(sent(), arrived());
  }
}
