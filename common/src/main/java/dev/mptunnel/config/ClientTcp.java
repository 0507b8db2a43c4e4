package dev.mptunnel.config;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What mpclient was told about TCP.
 *
 * @param listen where applications connect to, for each target by name; that of the fixed one is
 *     empty
 * @param tunnels TCP connections over each bridge
 * @param patienceNanos how long connections wait for a tunnel where there is none
 * @param overTcp whether datagrams may travel over TCP
 */
public record ClientTcp(
    SortedMap<String, List<HostPort>> listen,
    int tunnels,
    long patienceNanos,
    OverTcp overTcp,
    TcpSettings sockets) {

  /** Over all bridges together; a server takes no more of a session. */
  static final int MAX_TUNNELS = 128;

  /** Of one that carries datagrams alone, over UDP alone. */
  public static final ClientTcp NONE =
      new ClientTcp(
          Collections.emptySortedMap(),
          4,
          TimeUnit.SECONDS.toNanos(30),
          OverTcp.OFF,
          TcpSettings.DEFAULT);

  public ClientTcp {
    listen = Collections.unmodifiableSortedMap(new TreeMap<>(listen));
  }

  /** Whether so many bridges are not too many for so many tunnels over each. */
  public boolean hasRoomFor(int bridges) {
    return bridges * tunnels <= MAX_TUNNELS;
  }

  /** Whether applications connect. */
  public boolean isUsed() {
    return !listen.isEmpty();
  }

  static ClientTcp of(SettingValues values) throws ConfigException {
    SortedMap<String, List<HostPort>> listen = new TreeMap<>();
    if (values.has(Settings.LISTEN_TCP)) {
      listen.put("", values.distinct(Settings.LISTEN_TCP));
    }
    values
        .members(Settings.LISTEN_TCP_NAMED)
        .forEach((name, places) -> listen.put(name, SettingValues.distinct(places)));
    return new ClientTcp(
        listen,
        Math.toIntExact(values.get(Settings.TUNNELS)),
        values.get(Settings.TUNNEL_TIMEOUT),
        values.get(Settings.OVER_TCP),
        TcpSettings.of(values));
  }
}
