package dev.mptunnel.core;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The duplicate window of DATA packets: three copies of each, as over three paths. */
@State(Scope.Thread)
public class WindowBenchmark {

  private static final int COPIES = 3;

  /** How far the slowest path is behind. */
  private static final int BEHIND = 100;

  private CounterWindow window;
  private long counter;

  /** Makes the window. */
  @Setup
  public void start() {
    window = new CounterWindow(CoreLimits.DATA_WINDOW, true);
    counter = BEHIND;
  }

  /** The copies come one after another: the first is taken. */
  @Benchmark
  public int copiesTogether() {
    int taken = 0;
    for (int i = 0; i < COPIES; i++) {
      taken += take(counter);
    }
    counter++;
    return taken;
  }

  /** Two paths are late by a hundred packets: their copies are of numbers that were taken. */
  @Benchmark
  public int copiesApart() {
    int taken = take(counter) + take(counter - BEHIND / 2) + take(counter - BEHIND);
    counter++;
    return taken;
  }

  private int take(long number) {
    if (!window.isNew(number)) {
      return 0;
    }
    window.take(number);
    return 1;
  }
}
