package dev.mptunnel.harness.lab;

import java.util.List;

/**
 * One transfer of a competitor's.
 *
 * @param goodput what the receiver got
 * @param used by the competitor's programs in the seconds that count
 * @param emulatorPercent the emulator's processor time meanwhile, in percent of one processor: near
 *     a hundred, it is the limit
 * @param machinePercent how much of all processors was in use meanwhile, by whatever: near a
 *     hundred, the machine is the limit
 * @param linePercent how the packets that arrived were spread over the lines, in percent
 */
record TcpRun(
    String competitor,
    Direction direction,
    Goodput goodput,
    Processors used,
    double emulatorPercent,
    double machinePercent,
    List<Double> linePercent) {

  TcpRun {
    linePercent = List.copyOf(linePercent);
  }

  /** One of which the meter was read before the seconds that count, and after them. */
  static TcpRun of(
      String competitor, Direction direction, Goodput goodput, TcpMeter before, TcpMeter after) {
    return new TcpRun(
        competitor,
        direction,
        goodput,
        after.used().minus(before.used()),
        after.emulatorPercentSince(before),
        after.machine().busyPercentSince(before.machine()),
        after.linePercentSince(before));
  }

  /** Seconds of processor time for a gigabyte of the application's; NaN where there are none. */
  double secondsPerGigabyte(long nanos) {
    return nanos == 0 ? Double.NaN : (double) nanos / goodput.bytes();
  }
}
