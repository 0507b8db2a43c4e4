package dev.mptunnel.core;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Rates of very many keys in a fixed number of places: each place is a leaky bucket (the generic
 * cell rate algorithm, ITU-T I.371), and keys that hash alike share one. The hash is keyed, so that
 * nobody can choose whom to share with. Every thread may use it.
 */
final class RateTable {

  private final AtomicLongArray theoreticalArrivalNanos;
  private final long salt;
  private final long intervalNanos;
  private final long toleranceNanos;

  /**
   * A table in which every key has its whole burst.
   *
   * @param places a power of two
   * @param perSecond what a key may take in the long run
   * @param burst what it may take at once
   * @param salt unpredictable
   */
  RateTable(int places, int perSecond, int burst, long salt) {
    theoreticalArrivalNanos = new AtomicLongArray(places);
    intervalNanos = 1_000_000_000L / perSecond;
    toleranceNanos = intervalNanos * (burst - 1);
    this.salt = salt;
  }

  /** Takes one, if the key has one left now. */
  boolean take(long now, long key) {
    int place = place(key);
    long before;
    long arrival;
    do {
      before = theoreticalArrivalNanos.get(place);
      arrival = Math.max(before, now);
      if (arrival - now > toleranceNanos) {
        return false;
      }
    } while (!theoreticalArrivalNanos.compareAndSet(place, before, arrival + intervalNanos));
    return true;
  }

  /** What share of its burst a key has left now, 0 to 1. */
  double left(long now, long key) {
    long ahead = Math.max(0, theoreticalArrivalNanos.get(place(key)) - now);
    return 1 - Math.min(1, (double) ahead / (toleranceNanos + intervalNanos));
  }

  private int place(long key) {
    long z = (key ^ salt) * 0xbf58476d1ce4e5b9L; // two rounds of SplitMix64's finalizer
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return (int) (z >>> 40) & theoreticalArrivalNanos.length() - 1;
  }
}
