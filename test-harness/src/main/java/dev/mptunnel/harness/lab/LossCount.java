package dev.mptunnel.harness.lab;

import java.util.Locale;

/**
 * Packets that came to the end of a line, and how many of them were dropped there.
 *
 * @param arrived packets before the drop
 * @param dropped packets that were dropped
 */
public record LossCount(long arrived, long dropped) {

  static final LossCount NONE = new LossCount(0, 0);

  /** The share that was dropped, in percent; 0 when nothing arrived. */
  public double percent() {
    return arrived == 0 ? 0 : 100.0 * dropped / arrived;
  }

  LossCount plus(LossCount other) {
    return new LossCount(arrived + other.arrived, dropped + other.dropped);
  }

  LossCount minus(LossCount earlier) {
    return new LossCount(arrived - earlier.arrived, dropped - earlier.dropped);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.2f %%", percent());
  }
}
