package dev.mptunnel.harness.lab;

/**
 * What the lines are like and how TCP behaves on them.
 *
 * @param lossPercent loss of each line in each direction, 0 to 100
 * @param rateMbit rate of each line in each direction, Mbit/s of IP
 * @param delayMillis delay of each line in each direction, ms
 * @param queueMillis what a line's queue holds, as time at its rate, ms; the rest is dropped at its
 *     tail
 * @param congestionControl TCP's, in the kernel's word
 */
public record Conditions(
    double lossPercent, int rateMbit, int delayMillis, int queueMillis, String congestionControl) {

  public Conditions {
    if (!(lossPercent >= 0 && lossPercent <= 100)) {
      throw new IllegalArgumentException("loss of " + lossPercent + " %: expected 0 to 100");
    }
    if (rateMbit < 1 || delayMillis < 0 || queueMillis < 1) {
      throw new IllegalArgumentException("rate and queue must be positive, delay not negative");
    }
  }
}
