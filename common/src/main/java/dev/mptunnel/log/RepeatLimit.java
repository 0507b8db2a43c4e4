package dev.mptunnel.log;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Keeps what happens again and again from filling the log: the same line is told five times a
 * minute, and then how often it was left out. Of lines that differ there are so many in ten
 * seconds.
 */
final class RepeatLimit {

  /** What is returned for a line that is to be left out. */
  static final int LEFT_OUT = -1;

  private static final long SAME_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int SAME = 5;
  private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int BURST = 1_000;
  private static final int REMEMBERED = 256;

  private static final class Line {
    private long sinceNanos;
    private int told;
    private int leftOut;
  }

  private final Map<String, Line> lines =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Line> eldest) {
          return size() > REMEMBERED;
        }
      };

  private long burstSinceNanos = Long.MIN_VALUE / 2;
  private int inBurst;

  /**
   * A line comes.
   *
   * @return how often the same was left out since it was told last, or {@link #LEFT_OUT}
   */
  synchronized int take(long now, String text) {
    Line line = lines.get(text);
    boolean isOld = line != null && now - line.sinceNanos < SAME_NANOS;
    if (isOld && line.told >= SAME) {
      line.leftOut++;
      return LEFT_OUT;
    }
    if (now - burstSinceNanos >= BURST_NANOS) {
      burstSinceNanos = now;
      inBurst = 0;
    }
    if (++inBurst > BURST) {
      return LEFT_OUT;
    }
    if (line == null) {
      line = new Line();
      lines.put(text, line);
    }
    if (!isOld) {
      line.sinceNanos = now;
      line.told = 0;
    }
    line.told++;
    int leftOut = line.leftOut;
    line.leftOut = 0;
    return leftOut;
  }
}
