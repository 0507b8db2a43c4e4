package dev.mptunnel.harness.lab;

import java.io.IOException;

/**
 * The process that carries the lines' packets and makes them late, because not every kernel has
 * {@code netem}. For each line {@code 1..n} it opens two TUN devices, {@code near1} and {@code
 * far1}, which the lab then moves into the hosts' namespaces.
 *
 * <p>Arguments: number of lines, delay of one direction in nanoseconds. It ends when its standard
 * input does, so it never outlives the lab.
 */
public final class Wire {

  private Wire() {}

  /** Runs until standard input ends. */
  public static void main(String[] args) throws IOException {
    int lines = Integer.parseInt(args[0]);
    long delayNanos = Long.parseLong(args[1]);
    for (int i = 1; i <= lines; i++) {
      TunDevice near = TunDevice.open("near" + i);
      TunDevice far = TunDevice.open("far" + i);
      new DelayLine(near, far, delayNanos).start();
      new DelayLine(far, near, delayNanos).start();
    }
    System.out.println("ready");
    while (System.in.read() >= 0) {
      // only the end matters
    }
  }
}
