package dev.mptunnel.core;

/** A DATA packet that has not come, though one that was sent after it has. */
final class Hole {

  private final long counter;
  private final long seenNanos;
  private long overdueNanos;
  private long dueNanos;
  private long askedNanos;
  private int questions;
  private boolean isGivenUp;
  private boolean isWithheld;

  /**
   * A hole that was not asked for.
   *
   * @param dueNanos when it is to be taken for a loss
   * @param overdueNanos when it will not come any more, unless it is asked for; not earlier
   */
  Hole(long counter, long seenNanos, long dueNanos, long overdueNanos) {
    this.counter = counter;
    this.seenNanos = seenNanos;
    this.dueNanos = dueNanos;
    this.overdueNanos = overdueNanos;
  }

  long counter() {
    return counter;
  }

  /** When the first packet arrived that was sent after it. */
  long seenNanos() {
    return seenNanos;
  }

  /** When it is to be asked for, or to be given up. */
  long dueNanos() {
    return dueNanos;
  }

  /** If it was not asked for yet, it is due no later than this. */
  void hasten(long nanos) {
    if (questions == 0 && !isGivenUp) {
      dueNanos = Math.min(dueNanos, nanos);
    }
  }

  /** It will not come by itself later than this. */
  void hastenOverdue(long nanos) {
    overdueNanos = Math.min(overdueNanos, nanos);
    if (questions == 0 || isGivenUp) {
      dueNanos = Math.min(dueNanos, nanos);
    }
  }

  /** It would be asked for, but may not be. */
  void withhold() {
    isWithheld = true;
  }

  boolean isWithheld() {
    return isWithheld;
  }

  /** It is not asked for any more; but it may yet come by itself, until it is overdue. */
  void giveUp() {
    isGivenUp = true;
    dueNanos = overdueNanos;
  }

  boolean isGivenUp() {
    return isGivenUp;
  }

  /** Whether it will not come by itself any more. */
  boolean isOverdue(long now) {
    return now >= overdueNanos;
  }

  /** It was asked for. */
  void ask(long now, long nextDueNanos) {
    questions++;
    askedNanos = now;
    dueNanos = nextDueNanos;
  }

  /** How often it was asked for. */
  int questions() {
    return questions;
  }

  /** When it was last asked for. */
  long askedNanos() {
    return askedNanos;
  }
}
