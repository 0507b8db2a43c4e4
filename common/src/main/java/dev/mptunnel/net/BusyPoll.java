package dev.mptunnel.net;

/**
 * Whether to ask the sockets again rather than to sleep: for a while after each time that something
 * came, since waking up costs more than the next datagram does. Where what comes next is hardly
 * ever there within that while, only one pause in some is tried, so that processor time is not
 * burnt for nothing.
 */
final class BusyPoll {

  /** What is known of the pauses before: this much speaks for asking at the most. */
  private static final int MOST = 16;

  /** A pause that was cut short speaks for it so much; one that was not, by 1 against it. */
  private static final int HIT = 2;

  /** While nothing speaks for it, one pause in so many is tried. */
  private static final int TRY_EACH = 32;

  private final long whileNanos;
  private boolean asking;
  private long untilNanos;
  private int confidence = MOST;
  private int pauses;

  /**
   * @param whileNanos how long to ask; 0 for never
   */
  BusyPoll(long whileNanos) {
    this.whileNanos = whileNanos;
  }

  /** One for another engine. */
  BusyPoll another() {
    return new BusyPoll(whileNanos);
  }

  /** Whether it is ever asked for. */
  boolean isOn() {
    return whileNanos > 0;
  }

  /** Something has come. */
  void onTraffic(long nowNanos) {
    if (asking) {
      confidence = Math.min(MOST, confidence + HIT);
    }
    asking = confidence > 0 || ++pauses % TRY_EACH == 0;
    untilNanos = nowNanos + whileNanos;
  }

  /** Whether the sockets are to be asked again now; false once that has been long enough. */
  boolean isDue(long nowNanos) {
    if (asking && nowNanos - untilNanos >= 0) {
      asking = false;
      confidence = Math.max(0, confidence - 1);
    }
    return asking;
  }
}
