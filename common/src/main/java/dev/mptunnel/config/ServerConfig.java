package dev.mptunnel.config;

import dev.mptunnel.access.AccessRule;
import dev.mptunnel.access.AccessRules;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What mpserver was told.
 *
 * @param listen where clients and bridges send to; at least one
 * @param target where everything is delivered to that does not want a target with a name; null if
 *     there are only such
 * @param targetsNamed those with a name
 * @param sessionTimeoutNanos how long a client may be silent before its session is forgotten
 * @param maxSessions sessions at once
 * @param loops threads that move datagrams, or 0 for as many as the machine should have
 * @param protocol what is listened for
 * @param access what all clients may have it dial beyond the targets
 * @param status how it shows what it does
 */
public record ServerConfig(
    List<HostPort> listen,
    HostPort target,
    SortedMap<String, HostPort> targetsNamed,
    ServerSecurity security,
    SessionSettings session,
    long sessionTimeoutNanos,
    int maxSessions,
    SocketSettings sockets,
    int loops,
    Protocol protocol,
    ServerTcp tcp,
    AccessRules access,
    StatusSettings status) {

  public ServerConfig {
    listen = List.copyOf(listen);
    targetsNamed = Collections.unmodifiableSortedMap(new TreeMap<>(targetsNamed));
  }

  /** That shows nothing but its log. */
  public ServerConfig(
      List<HostPort> listen,
      HostPort target,
      SortedMap<String, HostPort> targetsNamed,
      ServerSecurity security,
      SessionSettings session,
      long sessionTimeoutNanos,
      int maxSessions,
      SocketSettings sockets,
      int loops,
      Protocol protocol,
      ServerTcp tcp,
      AccessRules access) {
    this(
        listen,
        target,
        targetsNamed,
        security,
        session,
        sessionTimeoutNanos,
        maxSessions,
        sockets,
        loops,
        protocol,
        tcp,
        access,
        StatusSettings.NONE);
  }

  /** All by default, with no place to listen at, and no target. */
  public static ServerConfig defaults() {
    try {
      return of(new SettingValues());
    } catch (ConfigException e) {
      throw new IllegalStateException("a default is not one", e);
    }
  }

  static ServerConfig of(SettingValues values) throws ConfigException {
    ServerSecurity security = ServerSecurity.of(values);
    SettingValues.Placed<HostPort> target = values.find(Settings.TARGET);
    SortedMap<String, HostPort> named = new TreeMap<>();
    values
        .members(Settings.TARGET_NAMED)
        .forEach((name, address) -> named.put(name, address.getFirst().value()));
    return new ServerConfig(
        values.distinct(Settings.LISTEN),
        target == null ? null : target.value(),
        named,
        security,
        SessionSettings.of(values),
        values.get(Settings.SESSION_TIMEOUT),
        Math.toIntExact(values.get(Settings.MAX_SESSIONS)),
        SocketSettings.of(values),
        Math.toIntExact(values.get(Settings.LOOPS)),
        values.get(Settings.PROTOCOL),
        ServerTcp.of(values, target == null ? null : target.value(), named),
        access(values, security.protection()),
        StatusSettings.of(values));
  }

  /** Where anybody may come in, a server that dials what it is told would be an open proxy. */
  private static AccessRules access(SettingValues values, Protection protection)
      throws ConfigException {
    SettingValues.Placed<AccessRule> allowed = values.find(Settings.ALLOW);
    if (allowed != null && protection != Protection.KEYED) {
      throw new ConfigException(
              "without a secret this server would be everybody's proxy; expected secret-file too,"
                  + " made by 'mpserver keygen'")
          .at(allowed.place());
    }
    return new AccessRules(values.distinct(Settings.ALLOW), values.distinct(Settings.DENY));
  }
}
