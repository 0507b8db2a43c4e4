package dev.mptunnel.log;

import dev.mptunnel.observe.LogEvent;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The latest lines of the log, for whoever looks at the program. From any thread. */
public final class Journal {

  /** What is kept of that which is news. */
  public static final int EVENTS = 200;

  /** What is kept besides of that which is none, such as new keys every two minutes. */
  public static final int QUIET_EVENTS = 100;

  private final ArrayDeque<LogEvent> news = new ArrayDeque<>();
  private final ArrayDeque<LogEvent> quiet = new ArrayDeque<>();
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
    boolean isQuiet = event.level() == LogEvent.Level.DEBUG;
    ArrayDeque<LogEvent> latest = isQuiet ? quiet : news;
    latest.addLast(
        new LogEvent(
            count,
            event.time(),
            event.level(),
            event.kind(),
            event.session(),
            event.path(),
            event.text()));
    if (latest.size() > (isQuiet ? QUIET_EVENTS : EVENTS)) {
      latest.removeFirst();
    }
  }

  /** All that are kept, oldest first. */
  public synchronized List<LogEvent> latest() {
    return after(0);
  }

  /** Those of them that came after the one of this number. */
  public synchronized List<LogEvent> after(long number) {
    return Stream.concat(news.stream(), quiet.stream())
        .filter(event -> event.number() > number)
        .sorted(Comparator.comparingLong(LogEvent::number))
        .toList();
  }
}
