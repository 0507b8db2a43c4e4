package dev.mptunnel.server;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Which destinations were told to be refused, and to whom: each once, as far back as is remembered,
 * and not too many a minute, since clients choose them.
 */
final class RefusedDestinations {

  static final int REMEMBERED = 1_024;
  static final int A_MINUTE = 30;

  private record Asked(String client, String destination) {}

  private final Map<Asked, Boolean> told =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };

  private long minuteEndNanos = Long.MIN_VALUE;
  private int thisMinute;

  /** Whether to tell it; if so, it counts as told. */
  boolean isNews(long now, String client, String destination) {
    Asked asked = new Asked(client, destination);
    if (told.get(asked) != null) {
      return false;
    }
    if (now >= minuteEndNanos) {
      minuteEndNanos = now + TimeUnit.MINUTES.toNanos(1);
      thisMinute = 0;
    }
    if (thisMinute >= A_MINUTE) {
      return false;
    }
    thisMinute++;
    told.put(asked, true);
    return true;
  }
}
