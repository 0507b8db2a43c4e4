package dev.mptunnel.config;

import java.util.List;

/**
 * What mpserver was told.
 *
 * @param listen where clients and bridges send to; at least one
 * @param target where everything is delivered to
 * @param sessionTimeoutNanos how long a client may be silent before its session is forgotten
 * @param maxSessions sessions at once
 */
public record ServerConfig(
    List<HostPort> listen,
    HostPort target,
    ServerSecurity security,
    SessionSettings session,
    long sessionTimeoutNanos,
    int maxSessions,
    SocketSettings sockets) {

  public ServerConfig {
    listen = List.copyOf(listen);
  }

  static ServerConfig of(SettingValues values) throws ConfigException {
    return new ServerConfig(
        values.distinct(Settings.LISTEN),
        values.get(Settings.TARGET),
        ServerSecurity.of(values),
        SessionSettings.of(values),
        values.get(Settings.SESSION_TIMEOUT),
        Math.toIntExact(values.get(Settings.MAX_SESSIONS)),
        SocketSettings.of(values));
  }
}
