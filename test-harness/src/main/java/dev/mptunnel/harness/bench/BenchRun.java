package dev.mptunnel.harness.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

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
      List<Plan> able = plans.stream().filter(plan -> carries(plan, sessions)).toList();
      try (ChainSet set = ChainSet.start(able, options, sessions)) {
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

  /** The C relays know nothing of sessions. */
  private static boolean carries(Plan plan, int sessions) {
    boolean carries = sessions == 1 || !(plan instanceof Plan.Relays);
    if (!carries) {
      System.out.printf("%s has one session only and is left out of %d%n", plan.name(), sessions);
    }
    return carries;
  }

  /** A place of a plot; those who were not there before have no figures. */
  static void put(Map<String, List<Double>> lines, String name, int place, double value) {
    List<Double> line = lines.computeIfAbsent(name, _ -> new ArrayList<>());
    while (line.size() < place) {
      line.add(Double.NaN);
    }
    line.add(value);
  }

  /** Lets time pass in which nothing is done. */
  static void pause(int seconds) throws IOException {
    try {
      TimeUnit.SECONDS.sleep(seconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** What a plot calls so many sessions. */
  static String sessionsText(int sessions) {
    return sessions == 1 ? "" : ", " + sessions + " sessions";
  }

  /** None is left when this process is told to end. */
  private static void killChildren() {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
  }
}
