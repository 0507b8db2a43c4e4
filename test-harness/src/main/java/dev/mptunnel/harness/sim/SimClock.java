package dev.mptunnel.harness.sim;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Simulated time, and what is to happen at which time; what is due together runs in given order.
 */
final class SimClock {

  private record Event(long atNanos, long order, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::order));

  private long nowNanos;
  private long scheduled;

  SimClock(long startNanos) {
    this.nowNanos = startNanos;
  }

  long nowNanos() {
    return nowNanos;
  }

  /** Runs the action at this time, or as the next thing if the time has passed. */
  void at(long atNanos, Runnable action) {
    events.add(new Event(Math.max(atNanos, nowNanos), scheduled++, action));
  }

  /** When the next action is due, or {@link SimNode#NEVER}. */
  long nextNanos() {
    return events.isEmpty() ? SimNode.NEVER : events.peek().atNanos();
  }

  void advanceTo(long atNanos) {
    if (atNanos < nowNanos) {
      throw new IllegalArgumentException("time runs backwards");
    }
    nowNanos = atNanos;
  }

  /** Runs the next action, at its time. */
  void runNext() {
    Event event = events.remove();
    advanceTo(event.atNanos());
    event.action().run();
  }
}
