package dev.mptunnel.config;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What mpclient was told about being a proxy.
 *
 * @param listen where applications speak SOCKS or HTTP to; empty if it is none
 * @param user who they must be, or null for anybody
 * @param warnings what the log should tell the user, a line each
 */
public record ClientProxy(List<HostPort> listen, ProxyUser user, List<String> warnings) {

  /** Of one that is no proxy. */
  public static final ClientProxy NONE = new ClientProxy(List.of(), null, List.of());

  public ClientProxy {
    listen = List.copyOf(listen);
    warnings = List.copyOf(warnings);
  }

  /** One for anybody who reaches it. */
  public static ClientProxy at(HostPort listen) {
    return new ClientProxy(List.of(listen), null, List.of());
  }

  /** Whether it is a proxy. */
  public boolean isUsed() {
    return !listen.isEmpty();
  }

  static ClientProxy of(SettingValues values) throws ConfigException {
    List<HostPort> listen = values.distinct(Settings.SOCKS);
    SettingValues.Placed<ProxyUser> user = values.find(Settings.SOCKS_USER);
    if (user != null && listen.isEmpty()) {
      throw new ConfigException("socks-user is of no use without socks; expected that too")
          .at(user.place());
    }
    List<String> warnings = new ArrayList<>();
    if (user != null && user.place().equals(Settings.SOCKS_USER.option())) {
      warnings.add(
          user.place()
              + ": every user of this machine can see a command line; better a line in FILE");
    }
    for (HostPort each : listen) {
      if (user == null && !isLoopback(each.host())) {
        warnings.add(
            "socks = "
                + each
                + ": whoever reaches it may use it, as you; set socks-user, or listen on"
                + " 127.0.0.1");
      }
    }
    return new ClientProxy(listen, user == null ? null : user.value(), warnings);
  }

  private static boolean isLoopback(String host) {
    return HostSyntax.isAddress(host)
        ? InetAddress.ofLiteral(host.replaceFirst("%.*", "")).isLoopbackAddress()
        : host.equals("localhost");
  }
}
