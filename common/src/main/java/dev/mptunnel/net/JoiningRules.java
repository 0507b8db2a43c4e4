package dev.mptunnel.net;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Which datagrams of a socket may leave joined with others, by where they go: the kernel may not
 * cut them on one route of several. Where it does everywhere, there are none of these rules.
 */
final class JoiningRules {

  /** So many are known; with one more they are learnt anew. */
  private static final int MOST = 1_024;

  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int longestBytes;
  private final Map<InetSocketAddress, JoiningRule> rules = new HashMap<>();
  private long lookedNanos;

  /**
   * @param longestBytes up to where datagrams are joined at first; 0 if none ever is
   */
  JoiningRules(int longestBytes) {
    this.longestBytes = longestBytes;
  }

  /** The longest datagrams to there that may be joined with others; 0 if none may. */
  int maxBytes(InetSocketAddress to) {
    JoiningRule rule = rules.isEmpty() ? null : rules.get(to);
    return rule == null ? longestBytes : rule.maxBytes();
  }

  /** As {@link JoiningRule#onRefused}, of a message to there. */
  boolean onRefused(InetSocketAddress to, int segmentBytes, int error, long nowNanos) {
    if (rules.size() >= MOST && !rules.containsKey(to)) {
      rules.clear();
    }
    return rules
        .computeIfAbsent(to, _ -> new JoiningRule(longestBytes))
        .onRefused(segmentBytes, error, nowNanos);
  }

  /** As {@link JoiningRule#onSentAlone}, of one that went there. */
  boolean onSentAlone(InetSocketAddress to, int bytes, long nowNanos) {
    JoiningRule rule = rules.get(to);
    return rule != null && rule.onSentAlone(bytes, nowNanos);
  }

  /** Joins again where it is time to. */
  void onTime(long nowNanos) {
    if (nowNanos - lookedNanos >= LOOK_NANOS) {
      lookedNanos = nowNanos;
      rules.values().removeIf(rule -> rule.isOver(nowNanos));
    }
  }

  /** Whether {@link #onTime} has anything to do. */
  boolean isEmpty() {
    return rules.isEmpty();
  }
}
