package dev.mptunnel.core;

/**
 * How many packets were sent one way, and how many of them arrived, since the session began. What
 * was lost in between two moments is in their difference.
 */
public record LossTotals(long sent, long arrived) {

  /** Nothing sent. */
  public static final LossTotals NONE = new LossTotals(0, 0);

  /** The share lost, 0 to 1, or NaN where nothing has been measured. */
  public double share() {
    return sent <= 0 ? Double.NaN : 1 - (double) arrived / sent;
  }

  /** What was sent after an earlier moment, and arrived. */
  public LossTotals since(LossTotals earlier) {
    long later = sent - earlier.sent;
    return new LossTotals(later, Math.clamp(arrived - earlier.arrived, 0, Math.max(0, later)));
  }

  /** Of two together. */
  public LossTotals plus(LossTotals other) {
    return new LossTotals(sent + other.sent, arrived + other.arrived);
  }
}
