package dev.mptunnel.core;

/** A DATA packet that has not come, though one that was sent after it has. */
final class Hole {

  private final long counter;
  private final long seenNanos;
  private long dueNanos;
  private long askedNanos;
  private int questions;

  /**
   * A hole that was not asked for.
   *
   * @param dueNanos when it is to be taken for a loss
   */
  Hole(long counter, long seenNanos, long dueNanos) {
    this.counter = counter;
    this.seenNanos = seenNanos;
    this.dueNanos = dueNanos;
  }

  long counter() {
    return counter;
  }

  /** When the first packet came that was sent after it. */
  long seenNanos() {
    return seenNanos;
  }

  /** When it is to be asked for, or to be given up. */
  long dueNanos() {
    return dueNanos;
  }

  /** If it was not asked for yet, it is due no later than this. */
  void hasten(long nanos) {
    if (questions == 0) {
      dueNanos = Math.min(dueNanos, nanos);
    }
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
