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
  private volatile Runnable listener = () -> {};

  /**
   * Who is told of each line from now on, as soon as it is here, by who logged it: so it must not
   * wait, nor log.
   */
  public void listen(Runnable its) {
    listener = its;
  }

  void add(LogEvent event) {
    keep(event);
    listener.run();
  }

  private synchronized void keep(LogEvent event) {
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
