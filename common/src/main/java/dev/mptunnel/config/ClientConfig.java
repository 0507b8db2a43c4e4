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
 * @param passenger what sends to {@code listen}
 * @param passengersNamed what sends to those of {@code listenNamed}, for each of its names
 * @param bridges the ways to the server, in the order written; at least one, their names unique
 * @param proxy where it is one
 * @param status how it shows what it does
 * @param mark of bridges that have none of their own; see {@link BridgeLine#mark}
 */
public record ClientConfig(
    List<HostPort> listen,
    SortedMap<String, List<HostPort>> listenNamed,
    Passenger passenger,
    SortedMap<String, Passenger> passengersNamed,
    List<BridgeLine> bridges,
    ClientSecurity security,
    SessionSettings session,
    SocketSettings sockets,
    ClientTcp tcp,
    ClientProxy proxy,
    StatusSettings status,
    int mark) {

  public ClientConfig {
    listen = List.copyOf(listen);
    listenNamed = Collections.unmodifiableSortedMap(new TreeMap<>(listenNamed));
    passengersNamed = Collections.unmodifiableSortedMap(new TreeMap<>(passengersNamed));
    bridges = List.copyOf(bridges);
  }

  /** That shows nothing but its log. */
  public ClientConfig(
      List<HostPort> listen,
      SortedMap<String, List<HostPort>> listenNamed,
      Passenger passenger,
      SortedMap<String, Passenger> passengersNamed,
      List<BridgeLine> bridges,
      ClientSecurity security,
      SessionSettings session,
      SocketSettings sockets,
      ClientTcp tcp,
      ClientProxy proxy) {
    this(
        listen,
        listenNamed,
        passenger,
        passengersNamed,
        bridges,
        security,
        session,
        sockets,
        tcp,
        proxy,
        StatusSettings.NONE,
        0);
  }

  /** All by default, with no bridges. */
  public static ClientConfig defaults() {
    try {
      return of(new SettingValues());
    } catch (ConfigException e) {
      throw new IllegalStateException("a default is not one", e);
    }
  }

  static ClientConfig of(SettingValues values) throws ConfigException {
    SortedMap<String, List<HostPort>> named = new TreeMap<>();
    values
        .members(Settings.CLIENT_LISTEN_NAMED)
        .forEach((name, places) -> named.put(name, SettingValues.distinct(places)));
    // Who names targets may want no other, and another client on this machine may have the port.
    boolean isNamedAlone = !named.isEmpty() && !values.has(Settings.CLIENT_LISTEN);
    ClientTcp tcp = ClientTcp.of(values);
    ClientProxy proxy = ClientProxy.of(values);
    List<BridgeLine> bridges = named(values.all(Settings.BRIDGE), mark(values));
    if ((tcp.isUsed() || proxy.isUsed()) && !tcp.hasRoomFor(bridges.size())) {
      throw new ConfigException(
              "%d over each of %d bridges are too many; expected %d or fewer in all"
                  .formatted(tcp.tunnels(), bridges.size(), ClientTcp.MAX_TUNNELS))
          .at(values.find(Settings.TUNNELS).place());
    }
    return new ClientConfig(
        isNamedAlone ? List.of() : values.distinct(Settings.CLIENT_LISTEN),
        named,
        values.get(Settings.FOR),
        passengers(values, named.keySet(), isNamedAlone),
        bridges,
        ClientSecurity.of(values),
        SessionSettings.of(values),
        SocketSettings.of(values),
        tcp,
        proxy,
        StatusSettings.of(values),
        mark(values));
  }

  /**
   * One bridge more, as somebody writes it.
   *
   * @param taken the names that it may not have
   * @throws ConfigException if it cannot be used
   */
  public BridgeLine bridge(String written, Set<String> taken) throws ConfigException {
    BridgeSyntax.Written bridge = new BridgeSyntax().parse(written.strip());
    if (bridge.name() != null && taken.contains(bridge.name())) {
      throw new ConfigException(
          "name " + Excerpt.of(bridge.name()) + " is taken; expected one that no other path has");
    }
    return line(bridge, new HashSet<>(taken), mark);
  }

  private static SortedMap<String, Passenger> passengers(
      SettingValues values, Set<String> names, boolean isNamedAlone) throws ConfigException {
    if (isNamedAlone && values.has(Settings.FOR)) {
      throw new ConfigException(
              "for is of no use without listen, as there is listen."
                  + names.iterator().next()
                  + "; expected for.NAME, or listen too")
          .at(values.find(Settings.FOR).place());
    }
    SortedMap<String, Passenger> passengers = new TreeMap<>();
    names.forEach(name -> passengers.put(name, Passenger.ANY));
    for (var member : values.members(Settings.FOR_NAMED).entrySet()) {
      var passenger = member.getValue().getFirst();
      if (passengers.put(member.getKey(), passenger.value()) == null) {
        throw new ConfigException(
                "for."
                    + member.getKey()
                    + " is of no use without listen."
                    + member.getKey()
                    + "; expected that too")
            .at(passenger.place());
      }
    }
    return passengers;
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
      lines.add(line(bridge.value(), taken, defaultMark));
    }
    return lines;
  }

  private static BridgeLine line(BridgeSyntax.Written written, Set<String> taken, int defaultMark) {
    String name = written.name() != null ? written.name() : freeName(written, taken);
    int mark = written.mark() != 0 ? written.mark() : defaultMark;
    return new BridgeLine(written.address(), name, written.bind(), mark);
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
