package dev.mptunnel.core;

import java.util.HashSet;
import java.util.Set;

/**
 * Which targets our own side was told lately that clients ask for in vain, so that it is told
 * seldom: peers choose the names, and ask with every datagram. Each endpoint of a process tells for
 * itself.
 */
final class RefusedTargets {

  private record Asked(String client, String target) {}

  private final Set<Asked> told = new HashSet<>();
  private long forgetNanos = Long.MIN_VALUE;

  /** Whether to tell that the session's client asks for this target; if so, it counts as told. */
  boolean isNews(long now, Session session, String target) {
    if (now >= forgetNanos) {
      told.clear();
      forgetNanos = now + CoreLimits.TELL_STRANGERS_NANOS;
    }
    if (told.size() >= CoreLimits.REFUSED_TARGETS_TOLD) {
      return false;
    }
    String client = session.client() == null ? session.toString() : session.clientName();
    return told.add(new Asked(client, target));
  }
}
