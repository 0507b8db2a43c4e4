package dev.mptunnel.log;

import dev.mptunnel.observe.LogEvent;
import java.util.ArrayDeque;
import java.util.List;

/** The latest lines of the log, for whoever looks at the program. From any thread. */
public final class Journal {

  /** What is kept. */
  public static final int EVENTS = 200;

  private final ArrayDeque<LogEvent> latest = new ArrayDeque<>();
  private long count;

  synchronized void add(LogEvent event) {
    count++;
    latest.addLast(
        new LogEvent(
            count,
            event.time(),
            event.level(),
            event.kind(),
            event.session(),
            event.path(),
            event.text()));
    if (latest.size() > EVENTS) {
      latest.removeFirst();
    }
  }

  /** All that are kept, oldest first. */
  public synchronized List<LogEvent> latest() {
    return List.copyOf(latest);
  }

  /** Those of them that came after the one of this number. */
  public synchronized List<LogEvent> after(long number) {
    return latest.stream().filter(event -> event.number() > number).toList();
  }
}
