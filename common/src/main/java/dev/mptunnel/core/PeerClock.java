package dev.mptunnel.core;

import dev.mptunnel.wire.DataFrames;

/** Makes one running time of the times, soon used up, that the peer's packets tell. */
final class PeerClock {

  private long lastUnits;
  private long lastNanos;

  /**
   * When a packet was sent.
   *
   * @param time what it tells, below {@link DataFrames#TIMES}: taken for that time which is nearest
   *     to now, by how our own clock has moved since the last one
   * @return in nanoseconds from some moment
   */
  long nanos(long now, int time) {
    long units = lastUnits + (now - lastNanos) / DataFrames.TIME_UNIT_NANOS;
    units += (short) (time - units);
    lastUnits = units;
    lastNanos = now;
    return units * DataFrames.TIME_UNIT_NANOS;
  }
}
