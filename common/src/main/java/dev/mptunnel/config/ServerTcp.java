package dev.mptunnel.config;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What mpserver was told about TCP.
 *
 * @param targets where connections lead to, by name; that of the fixed one is empty
 * @param patienceNanos how long connections wait for a tunnel where there is none
 */
public record ServerTcp(
    SortedMap<String, HostPort> targets, long patienceNanos, TcpSettings sockets) {

  public ServerTcp {
    targets = Collections.unmodifiableSortedMap(new TreeMap<>(targets));
  }

  /** With these targets, and all else by default. */
  public static ServerTcp to(SortedMap<String, HostPort> targets) {
    return new ServerTcp(targets, TimeUnit.SECONDS.toNanos(30), TcpSettings.DEFAULT);
  }

  /**
   * @param fixed the target of datagrams that has no name, or null
   * @param named the others
   */
  static ServerTcp of(SettingValues values, HostPort fixed, SortedMap<String, HostPort> named)
      throws ConfigException {
    SortedMap<String, HostPort> targets = new TreeMap<>(named);
    if (fixed != null) {
      targets.put("", fixed);
    }
    if (values.has(Settings.TCP_TARGET)) {
      targets.put("", values.get(Settings.TCP_TARGET));
    }
    values
        .members(Settings.TCP_TARGET_NAMED)
        .forEach((name, address) -> targets.put(name, address.getFirst().value()));
    return new ServerTcp(targets, values.get(Settings.TUNNEL_TIMEOUT), TcpSettings.of(values));
  }
}
