package dev.mptunnel.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What mpclient was told.
 *
 * @param listen where applications send to that want the fixed target
 * @param listenNamed the same for each target with a name; with {@code listen} at least one
 * @param bridges the ways to the server, in the order written; at least one, their names unique
 */
public record ClientConfig(
    List<HostPort> listen,
    SortedMap<String, List<HostPort>> listenNamed,
    List<BridgeLine> bridges,
    ClientSecurity security,
    SessionSettings session,
    SocketSettings sockets) {

  public ClientConfig {
    listen = List.copyOf(listen);
    listenNamed = Collections.unmodifiableSortedMap(new TreeMap<>(listenNamed));
    bridges = List.copyOf(bridges);
  }

  static ClientConfig of(SettingValues values) throws ConfigException {
    SortedMap<String, List<HostPort>> named = new TreeMap<>();
    values
        .members(Settings.CLIENT_LISTEN_NAMED)
        .forEach((name, places) -> named.put(name, SettingValues.distinct(places)));
    // Who names targets may want no other, and another client on this machine may have the port.
    boolean isNamedAlone = !named.isEmpty() && !values.has(Settings.CLIENT_LISTEN);
    return new ClientConfig(
        isNamedAlone ? List.of() : values.distinct(Settings.CLIENT_LISTEN),
        named,
        named(values.all(Settings.BRIDGE), mark(values)),
        ClientSecurity.of(values),
        SessionSettings.of(values),
        SocketSettings.of(values));
  }

  private static int mark(SettingValues values) throws ConfigException {
    SettingValues.Placed<Integer> mark = values.find(Settings.FWMARK);
    return mark == null ? 0 : mark.value();
  }

  /**
   * Gives a name to those that have none: {@code host:port}, and where an earlier line has that,
   * {@code host:port@bind} or a number behind, since two lines may well differ in bind alone. A
   * mark of its own goes before that of all.
   */
  private static List<BridgeLine> named(
      List<SettingValues.Placed<BridgeSyntax.Written>> bridges, int defaultMark)
      throws ConfigException {
    Set<String> taken = new HashSet<>();
    for (var bridge : bridges) {
      String name = bridge.value().name();
      if (name != null && !taken.add(name)) {
        throw new ConfigException(
                "name " + Excerpt.of(name) + " is taken; expected one that no other bridge has")
            .at(bridge.place());
      }
    }
    List<BridgeLine> lines = new ArrayList<>();
    for (var bridge : bridges) {
      BridgeSyntax.Written written = bridge.value();
      String name = written.name() != null ? written.name() : freeName(written, taken);
      int mark = written.mark() != 0 ? written.mark() : defaultMark;
      lines.add(new BridgeLine(written.address(), name, written.bind(), mark));
    }
    return lines;
  }

  private static String freeName(BridgeSyntax.Written bridge, Set<String> taken) {
    String name = bridge.address().toString();
    if (taken.contains(name) && bridge.bind() != null) {
      name += "@" + bridge.bind();
    }
    String free = name;
    for (int i = 2; !taken.add(free); i++) {
      free = name + "#" + i;
    }
    return free;
  }
}
