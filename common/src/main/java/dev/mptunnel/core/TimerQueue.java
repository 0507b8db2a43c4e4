package dev.mptunnel.core;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Which session wants to be woken when. A session's time often moves later and seldom earlier, so
 * an entry is only checked against the session's real time when it comes up.
 */
final class TimerQueue {

  private record Entry(long atNanos, long order, Session session) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Entry> entries = new PriorityQueue<>();

  /** Those to whom something has happened since somebody last asked for a time. */
  private final List<Session> touched = new ArrayList<>();

  private long nextOrder;

  /**
   * Sees to it that the session comes up no later than it wants to. When that is, is found out once
   * somebody asks for the next time: by then many packets may have come for it.
   */
  void schedule(Session session) {
    if (!session.isTouched()) {
      session.setTouched(true);
      touched.add(session);
    }
  }

  private void settle() {
    for (int i = 0; i < touched.size(); i++) {
      Session session = touched.get(i);
      session.setTouched(false);
      long wanted = session.nextTimer();
      if (wanted < session.scheduledNanos()) {
        session.setScheduledNanos(wanted);
        entries.add(new Entry(wanted, nextOrder++, session));
      }
    }
    touched.clear();
  }

  /** When the first session is to be woken, or {@code Long.MAX_VALUE}. */
  long next() {
    settle();
    Entry first = entries.peek();
    return first == null ? Long.MAX_VALUE : first.atNanos();
  }

  /** The next session whose time has come, or null. It must be scheduled again afterwards. */
  Session poll(long now) {
    while (next() <= now) {
      Entry first = entries.remove();
      Session session = first.session();
      if (first.atNanos() == session.scheduledNanos()) { // otherwise an earlier entry replaced it
        session.setScheduledNanos(Long.MAX_VALUE);
        return session;
      }
    }
    return null;
  }
}
