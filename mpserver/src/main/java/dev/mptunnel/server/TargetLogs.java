package dev.mptunnel.server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The logs of the targets by UDP: one each, whatever loop has something to tell. */
final class TargetLogs {

  private final Map<String, TargetLog> byName = new ConcurrentHashMap<>();

  /**
   * A target's log. From any thread.
   *
   * @param name the target's, or null if it has none
   */
  TargetLog of(String name) {
    return byName.computeIfAbsent(name == null ? "" : name, _ -> new TargetLog(name, "UDP"));
  }
}
