package dev.mptunnel.bridge;

import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.Closing;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.EngineGroup;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.Sharing;
import dev.mptunnel.net.StreamEngine;
import dev.mptunnel.observe.Figures;
import dev.mptunnel.observe.RelayReport;
import dev.mptunnel.program.Program;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bridge: forwards what clients send to the server of their session, each client from a socket
 * of its own, and what comes back there to the client, unchanged both ways.
 */
public final class Relay implements Program.Reloadable<BridgeConfig> {

  private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

  private final EngineGroup engines;
  private final List<DatagramRelay> loops = new ArrayList<>();

  /** What it runs with now. */
  private volatile BridgeConfig config;

  private Forwarding forwarding;

  /** Null where there is no TCP. */
  private final StreamEngine streamEngine;

  private final StreamRelay streams;
  private Forwarding streamForwarding;
  private final List<StreamEngine.StreamListener> streamListeners = new ArrayList<>();

  private Relay(EngineGroup engines, BridgeConfig config, RelayLimits limits) throws IOException {
    this.engines = engines;
    this.config = config;
    ClientRoom room = new ClientRoom(limits.maxClients());
    List<DatagramEngine> all = engines.engines();
    forwarding = Forwarding.to(config.servers(), all.getFirst(), "UDP", null);
    RelayLimits share = limits.share(all.size());
    for (DatagramEngine engine : all) {
      loops.add(new DatagramRelay(engine, config, share, room, forwarding));
    }
    streamEngine =
        config.protocol().hasTcp()
            ? Engines.openStreams(config.tcp().engine(), "mpbridge tcp")
            : null;
    streams = streamEngine == null ? null : streamRelay(config, limits);
  }

  private StreamRelay streamRelay(BridgeConfig config, RelayLimits limits) {
    streamForwarding = Forwarding.to(config.servers(), streamEngine, "TCP", null);
    return new StreamRelay(
        streamEngine,
        streamForwarding,
        streamEngine.orSystem(config.tcp().congestionControl(), LOG::warn),
        limits);
  }

  @Override
  public synchronized List<String> reload(BridgeConfig to) throws IOException {
    List<String> changes = new ArrayList<>();
    to.servers().stream()
        .filter(each -> !config.servers().contains(each))
        .forEach(each -> changes.add("server " + each + " added"));
    config.servers().stream()
        .filter(each -> !to.servers().contains(each))
        .forEach(each -> changes.add("server " + each + " removed"));
    if (changes.isEmpty()) {
      resolve(forwarding, streamForwarding);
      config = to;
      return changes;
    }
    Forwarding datagrams =
        Forwarding.to(to.servers(), engines.engines().getFirst(), "UDP", forwarding);
    Forwarding tcp =
        streams == null ? null : Forwarding.to(to.servers(), streamEngine, "TCP", streamForwarding);
    if (!resolve(datagrams, tcp)) {
      throw new IOException(
          "no server was found of those that are written now: %s; are the names right, and DNS reachable?"
              .formatted(names(to)));
    }
    forwarding = datagrams;
    streamForwarding = tcp;
    loops.forEach(loop -> loop.forward(datagrams));
    if (tcp != null) {
      streamEngine.runAndWait(() -> streams.forward(tcp));
    }
    config = to;
    return changes;
  }

  /**
   * Asks where servers are. @return whether it is known of any by which there is something to do
   */
  private boolean resolve(Forwarding datagrams, Forwarding tcp) {
    if (config.protocol().hasUdp()) {
      datagrams.resolve();
    }
    if (tcp != null) {
      tcp.resolve();
    }
    return (config.protocol().hasUdp() && datagrams.isAnyFound())
        || (tcp != null && tcp.isAnyFound());
  }

  private static String names(BridgeConfig config) {
    return config.servers().stream().map(HostPort::toString).collect(Collectors.joining(", "));
  }

  /**
   * Opens the listening sockets and starts to look the servers up; a name that does not resolve is
   * tried again. The engine stays the caller's to close.
   *
   * @throws IOException when a socket cannot be opened; the message is for the user
   */
  public static Relay start(DatagramEngine engine, BridgeConfig config) throws IOException {
    return start(engine, config, RelayLimits.of(config.maxClients(), config.idleTimeoutNanos()));
  }

  static Relay start(DatagramEngine engine, BridgeConfig config, RelayLimits limits)
      throws IOException {
    EngineGroup engines = engines(engine, config);
    Relay relay = null;
    boolean started = false;
    try {
      relay = new Relay(engines, config, limits);
      relay.open(config);
      started = true;
      return relay;
    } finally {
      if (!started && relay != null) {
        relay.close();
      } else if (!started) {
        engines.close();
      }
    }
  }

  /** What a bridge knows is of its clients' addresses, by which the kernel spreads packets. */
  private static EngineGroup engines(DatagramEngine engine, BridgeConfig config)
      throws IOException {
    int loops = config.protocol().hasUdp() ? config.loops() : 1;
    InetSocketAddress at = Addresses.local(config.listen().getFirst());
    return EngineGroup.open(engine, loops, "mpbridge", at, false);
  }

  private void open(BridgeConfig config) throws IOException {
    if (config.protocol().hasUdp()) {
      loops.forEach(DatagramRelay::start);
      for (HostPort listen : config.listen()) {
        listenTo(Addresses.local(listen));
      }
    }
    if (streams != null) {
      streamEngine.runAndWait(streams::start);
      for (HostPort listen : config.listen()) {
        streamListeners.add(
            streamEngine.listen(streams.options(Addresses.local(listen)), streams::onClient));
      }
    }
  }

  private void listenTo(InetSocketAddress local) throws IOException {
    Sharing sharing = loops.size() == 1 ? Sharing.NONE : Sharing.FIRST;
    InetSocketAddress opened = loops.getFirst().listenTo(local, sharing);
    for (DatagramRelay further : loops.subList(1, loops.size())) {
      further.listenTo(opened, Sharing.FURTHER);
    }
  }

  /** Where clients may send to, with the ports that were really given. */
  public List<InetSocketAddress> listening() {
    return loops.getFirst().listening();
  }

  /** Where they may connect to. */
  public List<InetSocketAddress> listeningTcp() {
    return streamListeners.stream().map(StreamEngine.StreamListener::localAddress).toList();
  }

  @Override
  public String summary() {
    List<String> places = new ArrayList<>();
    if (!listening().isEmpty()) {
      places.add(Addresses.texts(listening()));
    }
    if (streams != null) {
      places.add("TCP " + Addresses.texts(listeningTcp()) + " by " + streamEngine.name());
    }
    return "listening on "
        + String.join(", ", places)
        + ", forwarding to "
        + names(config)
        + (loops.size() == 1 ? "" : ", " + loops.size() + " loops");
  }

  @Override
  public CompletableFuture<Figures> figures(Figures.Wish wish) {
    return report().thenApply(Figures::ofRelay);
  }

  @Override
  public String table(Figures figures) {
    return figures.relay().table();
  }

  /** The figures. From any thread. */
  CompletableFuture<RelayReport> report() {
    CompletableFuture<RelayReport> udp = loops.getFirst().report();
    for (DatagramRelay further : loops.subList(1, loops.size())) {
      udp = udp.thenCombine(further.report(), RelayReport::plus);
    }
    return streams == null
        ? udp
        : udp.thenCombine(streamEngine.call(streams::report), RelayReport::withTcp);
  }

  /** The figures of each loop of datagrams. From any thread. */
  List<RelayReport> loopReports() {
    return loops.stream().map(loop -> loop.report().join()).toList();
  }

  @Override
  public CompletableFuture<Void> ended() {
    return engines.ended();
  }

  @Override
  public CompletableFuture<Void> answered() {
    List<Engine> all = new ArrayList<>(engines.engines());
    if (streamEngine != null) {
      all.add(streamEngine);
    }
    return Engine.answered(all);
  }

  /** Closes all sockets. From any thread; returns when done. */
  @Override
  public void close() {
    Closing closing = new Closing();
    loops.forEach(loop -> closing.then(loop::close));
    if (streams != null) {
      closing.then(() -> streamEngine.runAndWait(streams::close)).then(streamEngine::close);
    }
    closing.then(engines::close).end();
  }
}
