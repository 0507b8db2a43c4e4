package dev.mptunnel.server;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Which destinations were told to be refused, and to whom: each once, as far back as is remembered,
 * and not too many a minute, since clients choose them; each has a share of its own, so that none
 * keeps the others' from being told.
 */
final class RefusedDestinations {

  static final int REMEMBERED = 1_024;
  static final int A_MINUTE = 30;
  static final int CLIENTS = 64;

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
  private final Map<String, Integer> thisMinute = new HashMap<>();

  /** Whether to tell it; if so, it counts as told. */
  boolean isNews(long now, String client, String destination) {
    Asked asked = new Asked(client, destination);
    if (told.get(asked) != null) {
      return false;
    }
    if (now >= minuteEndNanos) {
      minuteEndNanos = now + TimeUnit.MINUTES.toNanos(1);
      thisMinute.clear();
    }
    int its = thisMinute.getOrDefault(client, 0);
    if (its >= A_MINUTE || (its == 0 && thisMinute.size() >= CLIENTS)) {
      return false;
    }
    thisMinute.put(client, its + 1);
    told.put(asked, true);
    return true;
  }
}
