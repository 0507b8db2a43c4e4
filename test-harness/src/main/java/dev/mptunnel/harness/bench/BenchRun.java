package dev.mptunnel.harness.bench;

import java.io.IOException;
import java.util.List;

/** What the benchmarks of whole chains do alike. */
final class BenchRun {

  private BenchRun() {}

  /** What is done with chains that are up and warm. */
  interface Measurement {
    void with(ChainSet set, int sessions, int bytes) throws IOException;
  }

  /** Prints under which conditions something is measured, and returns them. */
  static List<String> announce(String name, List<String> conditions) {
    System.out.println("bench " + name);
    conditions.forEach(line -> System.out.println("  " + line));
    return conditions;
  }

  /** Starts the chains for each number of sessions, and measures with each length. */
  static void each(List<Plan> plans, BenchOptions options, Measurement measurement)
      throws IOException {
    Runtime.getRuntime().addShutdownHook(new Thread(BenchRun::killChildren, "bench-cleanup"));
    for (int sessions : options.sessions()) {
      try (ChainSet set = ChainSet.start(plans, options, sessions)) {
        for (int bytes : options.bytes()) {
          set.warmUp(options.warmUpNanos(), bytes);
          measurement.with(set, sessions, bytes);
        }
        if (set.sinkDrops() > 0) {
          System.out.printf(
              "the sink itself was too slow for %d datagrams, which count as lost%n",
              set.sinkDrops());
        }
      }
    }
  }

  /** None is left when this process is told to end. */
  private static void killChildren() {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
  }
}
