package dev.mptunnel.server;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.ServerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a reload of a server changes, for people. */
final class ServerChanges {

  private ServerChanges() {}

  /** In a few words each. */
  static List<String> between(ServerConfig from, ServerConfig to) {
    List<String> changes = new ArrayList<>();
    targets(changes, "target", udp(from), udp(to));
    targets(changes, "tcp-target", from.tcp().targets(), to.tcp().targets());
    if (!from.access().equals(to.access())) {
      changes.add("allow or deny");
    }
    if (!Objects.equals(from.security().secret(), to.security().secret())) {
      changes.add("secret: those who came by the one before are let in no more");
    }
    if (!Objects.equals(from.security().clientsFile(), to.security().clientsFile())) {
      changes.add("clients-file");
    }
    if (!from.session().equals(to.session())
        || from.sessionTimeoutNanos() != to.sessionTimeoutNanos()) {
      changes.add("times of paths, flows and sessions");
    }
    return changes;
  }

  private static Map<String, HostPort> udp(ServerConfig config) {
    Map<String, HostPort> targets = new TreeMap<>(config.targetsNamed());
    if (config.target() != null) {
      targets.put("", config.target());
    }
    return targets;
  }

  private static void targets(
      List<String> changes, String what, Map<String, HostPort> from, Map<String, HostPort> to) {
    TreeSet<String> names = new TreeSet<>(from.keySet());
    names.addAll(to.keySet());
    for (String name : names) {
      String called = name.isEmpty() ? what : what + "." + name;
      HostPort before = from.get(name);
      HostPort after = to.get(name);
      if (after == null) {
        changes.add(called + " removed");
      } else if (before == null) {
        changes.add(called + " " + after + " added");
      } else if (!before.equals(after)) {
        changes.add(called + " is " + after + " now");
      }
    }
  }
}
