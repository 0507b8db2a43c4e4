package dev.mptunnel.core;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The holes in the counters of one epoch that may yet be filled, in order. */
final class Holes {

  private static final long NEVER = Long.MAX_VALUE;

  private final List<Hole> ascending = new ArrayList<>();
  private long nextDueNanos = NEVER;

  boolean isEmpty() {
    return ascending.isEmpty();
  }

  int size() {
    return ascending.size();
  }

  /** Adds a hole behind all there are. */
  void add(Hole hole) {
    ascending.add(hole);
    nextDueNanos = Math.min(nextDueNanos, hole.dueNanos());
  }

  /** Takes out the hole of this counter, or null if there is none. */
  Hole remove(long counter) {
    int place = place(counter);
    return place < ascending.size() && ascending.get(place).counter() == counter
        ? ascending.remove(place)
        : null;
  }

  /** Takes out the first ones, and hands them over. */
  void removeFirst(int count, Consumer<Hole> action) {
    List<Hole> first = ascending.subList(0, count);
    first.forEach(action);
    first.clear();
  }

  /** The lowest counter of all, or {@code Long.MAX_VALUE} if there is no hole. */
  long first() {
    return ascending.isEmpty() ? Long.MAX_VALUE : ascending.getFirst().counter();
  }

  /** Does this to those from one counter to below another, which may be due sooner by it. */
  void hasten(long from, long to, Consumer<Hole> action) {
    for (int place = place(from); place < ascending.size(); place++) {
      Hole hole = ascending.get(place);
      if (hole.counter() >= to) {
        break;
      }
      action.accept(hole);
      nextDueNanos = Math.min(nextDueNanos, hole.dueNanos());
    }
  }

  /** When the first one is due; perhaps a little earlier. */
  long nextDueNanos() {
    return ascending.isEmpty() ? NEVER : nextDueNanos;
  }

  /** Hands over those that are due, in order, and takes out those of which this holds. */
  void takeDue(long now, Predicate<Hole> isOver) {
    if (now < nextDueNanos()) {
      return;
    }
    ascending.removeIf(hole -> hole.dueNanos() <= now && isOver.test(hole));
    nextDueNanos = NEVER;
    for (Hole hole : ascending) {
      nextDueNanos = Math.min(nextDueNanos, hole.dueNanos());
    }
  }

  private int place(long counter) {
    int from = 0;
    int to = ascending.size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (ascending.get(middle).counter() < counter) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }
}
