package dev.mptunnel.harness.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which fault was there when. Times are nanoseconds since the measurement began. May be used from
 * any thread.
 */
final class FaultLog {

  private record Entry(Fault fault, long fromNanos, long untilNanos) {}

  private record Excuse(long fromNanos, long untilNanos) {}

  private final List<Entry> entries = new ArrayList<>();
  private final List<Excuse> excuses = new ArrayList<>();

  /** A fault begins; the one before is over. */
  synchronized void begins(Fault fault, long nowNanos) {
    entries.add(new Entry(fault, nowNanos, Long.MAX_VALUE));
  }

  /** The latest fault is over. */
  synchronized void ends(long nowNanos) {
    Entry latest = entries.removeLast();
    entries.add(new Entry(latest.fault, latest.fromNanos, nowNanos));
  }

  /** From now on losses and broken connections break no promise, till {@link #excuseUntil}. */
  synchronized void excuseFrom(long fromNanos) {
    excuses.add(new Excuse(fromNanos, Long.MAX_VALUE));
  }

  /** When the latest excuse ends. */
  synchronized void excuseUntil(long untilNanos) {
    excuses.add(new Excuse(excuses.removeLast().fromNanos, untilNanos));
  }

  /** Whether what lasted from one time to another was, for a moment at least, excused. */
  synchronized boolean excuses(long fromNanos, long untilNanos) {
    return excuses.stream()
        .anyMatch(excuse -> excuse.fromNanos <= untilNanos && excuse.untilNanos >= fromNanos);
  }

  /** The fault of a time, or else the latest before, in words. */
  synchronized String at(long nanos) {
    for (Entry entry : entries.reversed()) {
      if (entry.fromNanos <= nanos) {
        return entry.untilNanos >= nanos
            ? "in " + entry.fault
            : String.format(
                Locale.ROOT, "%.1f s after %s", (nanos - entry.untilNanos) / 1e9, entry.fault);
      }
    }
    return "before any fault";
  }
}
