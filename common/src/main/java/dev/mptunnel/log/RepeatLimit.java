package dev.mptunnel.log;

import dev.mptunnel.observe.LogEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Keeps what happens again and again from filling the log: the same line is told five times a
 * minute, and then how often it was left out. Of lines that differ there are so many in ten
 * seconds, and then how many were left out; an error that is new is always told.
 */
final class RepeatLimit {

  /** What is returned for a line that is to be left out, since it was told often enough. */
  static final int REPEATED = -1;

  /** What is returned for a line that is to be left out, since there are too many. */
  static final int FLOODED = -2;

  /** After so long it is looked whether what was left out is to be told. */
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final long SAME_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int SAME = 5;
  private static final long BURST_NANOS = PATIENCE_NANOS;
  private static final int BURST = 1_000;
  private static final int REMEMBERED = 256;

  /**
   * What was left out, in a line.
   *
   * @param level the worst of it
   */
  record Rest(LogEvent.Level level, String text) {}

  private static final class Line {
    private final LogEvent.Level level;
    private long sinceNanos;
    private int told;
    private int leftOut;

    Line(LogEvent.Level level) {
      this.level = level;
    }
  }

  private final Map<String, Line> lines =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Line> eldest) {
          if (size() > REMEMBERED) {
            leaveOut(eldest.getValue().leftOut, eldest.getValue().level);
            return true;
          }
          return false;
        }
      };

  private long burstSinceNanos = Long.MIN_VALUE / 2;
  private int inBurst;
  private long leftOut;
  private LogEvent.Level worstLeftOut = LogEvent.Level.DEBUG;

  /**
   * A line comes.
   *
   * @return how often the same was left out since it was told last, or {@link #REPEATED} or {@link
   *     #FLOODED}
   */
  synchronized int take(long now, LogEvent.Level level, String text) {
    Line line = lines.get(text);
    boolean isOld = line != null && now - line.sinceNanos < SAME_NANOS;
    if (isOld && line.told >= SAME) {
      line.leftOut++;
      return REPEATED;
    }
    if (now - burstSinceNanos >= BURST_NANOS) {
      burstSinceNanos = now;
      inBurst = 0;
    }
    if (++inBurst > BURST && level != LogEvent.Level.ERROR) {
      leaveOut(1, level);
      return FLOODED;
    }
    if (line == null) {
      line = new Line(level);
      lines.put(text, line);
    }
    if (!isOld) {
      line.sinceNanos = now;
      line.told = 0;
    }
    line.told++;
    int itsLeftOut = line.leftOut;
    line.leftOut = 0;
    return itsLeftOut;
  }

  private void leaveOut(int count, LogEvent.Level level) {
    leftOut += count;
    if (count > 0 && level.compareTo(worstLeftOut) > 0) {
      worstLeftOut = level;
    }
  }

  /** Whether there is something left out that was not told yet. */
  synchronized boolean hasRest() {
    return leftOut > 0 || lines.values().stream().anyMatch(line -> line.leftOut > 0);
  }

  /**
   * What was left out and is to be told now, once.
   *
   * @param isEnd whether all is, since nothing comes any more
   */
  synchronized List<Rest> rest(long now, boolean isEnd) {
    List<Rest> rest = new ArrayList<>();
    lines.forEach(
        (text, line) -> {
          if (line.leftOut > 0 && (isEnd || now - line.sinceNanos >= SAME_NANOS)) {
            rest.add(new Rest(line.level, text + " (" + line.leftOut + " times more)"));
            line.leftOut = 0;
          }
        });
    if (leftOut > 0 && (isEnd || now - burstSinceNanos >= BURST_NANOS)) {
      rest.add(
          new Rest(
              worstLeftOut,
              leftOut + " lines left out, since there were more than " + BURST + " in 10 s"));
      leftOut = 0;
      worstLeftOut = LogEvent.Level.DEBUG;
    }
    return rest;
  }
}
