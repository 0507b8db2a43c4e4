package dev.mptunnel.harness.soak;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What was promised and not kept, each with its time and the fault that there was. May be used from
 * any thread.
 */
final class BrokenPromises {

  /** What breaks every second is as plain from so many. */
  private static final int MAX_KEPT = 1_000;

  private final FaultLog faults;
  private final PrintStream out;
  private final List<String> kept = new ArrayList<>();
  private long count;

  /**
   * @param out where each is said at once
   */
  BrokenPromises(FaultLog faults, PrintStream out) {
    this.faults = faults;
    this.out = out;
  }

  /**
   * One more.
   *
   * @param atNanos when, since the measurement began
   * @param text what
   */
  synchronized void add(long atNanos, String text) {
    String line =
        String.format(
            Locale.ROOT, "%8.1f s  BROKEN: %s, %s", atNanos / 1e9, text, faults.at(atNanos));
    count++;
    if (kept.size() < MAX_KEPT) {
      kept.add(line);
      out.println(line);
    }
  }

  /** How many in all. */
  synchronized long count() {
    return count;
  }

  /** The first of them, a line each. */
  synchronized List<String> lines() {
    return List.copyOf(kept);
  }
}
