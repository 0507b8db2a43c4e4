package dev.mptunnel.config;

import java.util.List;

/**
 * What a bridge was told.
 *
 * @param listen where clients send to; at least one
 * @param servers where to forward to, as written and in that order; at least one, each once
 * @param idleTimeoutNanos how long a client may be silent before it is forgotten
 * @param maxClients clients at once
 * @param loops threads that move datagrams, or 0 for as many as the machine should have
 * @param protocol what is listened for, and passed on
 * @param status how it shows what it does
 */
public record BridgeConfig(
    List<HostPort> listen,
    List<HostPort> servers,
    long idleTimeoutNanos,
    int maxClients,
    SocketSettings sockets,
    int loops,
    Protocol protocol,
    TcpSettings tcp,
    StatusSettings status) {

  public BridgeConfig {
    listen = List.copyOf(listen);
    servers = List.copyOf(servers);
  }

  /** That shows nothing but its log. */
  public BridgeConfig(
      List<HostPort> listen,
      List<HostPort> servers,
      long idleTimeoutNanos,
      int maxClients,
      SocketSettings sockets,
      int loops,
      Protocol protocol,
      TcpSettings tcp) {
    this(
        listen,
        servers,
        idleTimeoutNanos,
        maxClients,
        sockets,
        loops,
        protocol,
        tcp,
        StatusSettings.NONE);
  }

  static BridgeConfig of(SettingValues values) throws ConfigException {
    return new BridgeConfig(
        values.distinct(Settings.LISTEN),
        values.distinct(Settings.SERVER),
        values.get(Settings.IDLE_TIMEOUT),
        Math.toIntExact(values.get(Settings.MAX_CLIENTS)),
        SocketSettings.of(values),
        Math.toIntExact(values.get(Settings.LOOPS)),
        values.get(Settings.PROTOCOL),
        TcpSettings.of(values),
        StatusSettings.of(values));
  }
}
