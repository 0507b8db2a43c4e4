package dev.mptunnel.core;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which targets our own side was told lately that clients ask for in vain, so that it is told
 * seldom: peers choose the names, and ask with every datagram. Each endpoint of a process tells for
 * itself.
 */
final class RefusedTargets {

  /** By client, each with a share of its own, so that none keeps the others' from being told. */
  private final Map<String, Set<String>> told = new HashMap<>();

  private long forgetNanos = Long.MIN_VALUE;

  /** Whether to tell that the session's client asks for this target; if so, it counts as told. */
  boolean isNews(long now, Session session, String target) {
    if (now >= forgetNanos) {
      told.clear();
      forgetNanos = now + CoreLimits.TELL_STRANGERS_NANOS;
    }
    String client = session.client() == null ? session.toString() : session.clientName();
    if (!told.containsKey(client) && told.size() >= CoreLimits.REFUSED_CLIENTS_TOLD) {
      return false;
    }
    Set<String> its = told.computeIfAbsent(client, _ -> new HashSet<>());
    return its.size() < CoreLimits.REFUSED_TARGETS_TOLD && its.add(target);
  }
}
