package dev.mptunnel.server;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.TargetNames;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.FlowEnd;
import dev.mptunnel.wire.About;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The targets by name, the fixed one under null, and which of them each flow leads to. */
final class Targets {

  private TargetNames names;
  private final Map<String, Target> byName = new HashMap<>();
  private final TargetLogs logs;
  private final SocketSettings sockets;
  private volatile String words;
  private final FlowDestinations destinations;
  private final DatagramEngine engine;
  private final EndpointDriver driver;

  /** Null where all are elsewhere. */
  private final LocalTarget local;

  /**
   * @param named what clients may name besides
   * @param local what is one in this process, or null
   */
  Targets(
      DatagramEngine engine,
      EndpointDriver driver,
      ServerConfig config,
      TargetLogs logs,
      Destinations named,
      LocalTarget local) {
    this.engine = engine;
    this.driver = driver;
    this.local = local;
    this.logs = logs;
    sockets = config.sockets();
    destinations = new FlowDestinations(engine, driver, sockets, named);
    names = names(config);
    words = words(config);
    addresses(config).forEach(this::add);
  }

  private void add(String name, HostPort address) {
    byName.put(name, new Target(engine, driver, address, sockets, logs.of(name)));
  }

  private TargetNames names(ServerConfig config) {
    Set<String> all = new HashSet<>(config.targetsNamed().keySet());
    if (local != null) {
      all.addAll(local.names());
    }
    boolean hasFixed = all.remove("") || config.target() != null;
    return new TargetNames(hasFixed, all, config.access());
  }

  private static String words(ServerConfig config) {
    List<String> words = new ArrayList<>();
    if (!config.access().isEmpty()) {
      words.add("what is allowed");
    }
    addresses(config)
        .forEach(
            (name, address) -> words.add(name == null ? address.toString() : name + " " + address));
    return String.join(", ", words);
  }

  /** The fixed one first, under null. */
  private static Map<String, HostPort> addresses(ServerConfig config) {
    Map<String, HostPort> addresses = new LinkedHashMap<>();
    if (config.target() != null) {
      addresses.put(null, config.target());
    }
    addresses.putAll(config.targetsNamed());
    return addresses;
  }

  /**
   * Goes over to these: flows to targets that are no more end, those to targets that are elsewhere
   * move. Within the driver's work.
   */
  void reload(ServerConfig config) {
    names = names(config);
    words = words(config);
    driver.endpoint().offer(names);
    driver.endpoint().reviewClients();
    Map<String, HostPort> wanted = addresses(config);
    byName
        .entrySet()
        .removeIf(
            each -> {
              boolean isGone = !wanted.containsKey(each.getKey());
              if (isGone) {
                each.getValue().close();
              }
              return isGone;
            });
    wanted.forEach(
        (name, address) -> {
          Target known = byName.get(name);
          if (known == null) {
            add(name, address);
            byName.get(name).start();
          } else if (!known.where().equals(address)) {
            known.move(address);
          }
        });
    review();
  }

  /** What there is, for the endpoint, which opens no other flows. */
  TargetNames names() {
    return names;
  }

  /** Starts to ask for the targets' addresses. */
  void start() {
    byName.values().forEach(Target::start);
  }

  void open(Flow flow) {
    if (isAbout(flow)) {
      flow.attach(new AboutEnd(engine, driver, flow));
    } else if (isLocal(flow)) {
      local.opened(driver, flow);
    } else if (isDestination(flow)) {
      destinations.open(flow);
    } else {
      of(flow).open(flow);
    }
  }

  void close(Flow flow) {
    if (isAbout(flow) || isLocal(flow)) {
      if (flow.attachment() instanceof FlowEnd end) {
        end.onClosed();
      }
    } else if (isDestination(flow)) {
      destinations.close(flow);
    } else {
      of(flow).close(flow);
    }
  }

  void deliver(Flow flow, ByteBuffer payload, int trafficClass) {
    if (isAbout(flow) || isLocal(flow)) {
      if (flow.attachment() instanceof FlowEnd end) {
        end.onDatagram(payload);
      }
    } else if (isDestination(flow)) {
      destinations.deliver(flow, payload, trafficClass);
    } else {
      of(flow).deliver(flow, payload, trafficClass);
    }
  }

  private static boolean isAbout(Flow flow) {
    return About.TARGET.equals(flow.target());
  }

  private boolean isLocal(Flow flow) {
    return local != null && local.names().contains(flow.target() == null ? "" : flow.target());
  }

  /** No name of a target has a colon. */
  private static boolean isDestination(Flow flow) {
    return flow.target() != null && flow.target().indexOf(':') >= 0;
  }

  /** What clients may use has changed. */
  void review() {
    destinations.review();
  }

  private Target of(Flow flow) {
    return byName.get(flow.target());
  }

  /** Closes all sockets to the targets. */
  void close() {
    byName.values().forEach(Target::close);
    destinations.close();
  }

  @Override
  public String toString() {
    return words;
  }
}
