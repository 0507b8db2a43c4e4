package dev.mptunnel.bridge;

import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.PortOptions;
import dev.mptunnel.net.StreamEngine;
import dev.mptunnel.net.UnflushedPorts;
import dev.mptunnel.program.Program;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bridge: forwards what clients send to the server of their session, each client from a socket
 * of its own, and what comes back there to the client, unchanged both ways.
 */
public final class Relay implements Program.Running {

  private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final DatagramEngine engine;
  private final SocketSettings sockets;
  private final List<DatagramPort> listeners = new ArrayList<>();
  private final List<Upstream> servers;
  private final Rendezvous rendezvous;
  private final RelayTable<Leg> table;

  /** Sockets that a batch has queued something on. */
  private final UnflushedPorts unflushed = new UnflushedPorts();

  private final Set<Leg> legs = new HashSet<>();
  private final Engine.EngineTimer expiry;
  private final Engine.EngineTimer tick;

  /** Null where there is no TCP. */
  private final StreamEngine streamEngine;

  private final StreamRelay streams;
  private final List<StreamEngine.StreamListener> streamListeners = new ArrayList<>();

  private boolean noSocketTold;
  private long unresolvedDrops;
  private long socketDrops;
  private long closedSendDrops;
  private long closedReceiveDrops;

  /** Of the last tick, and of the one before: what they still had to send may yet be dropped. */
  private List<DatagramPort> closedNow = new ArrayList<>();

  private List<DatagramPort> closedBefore = new ArrayList<>();

  private Relay(DatagramEngine engine, BridgeConfig config, RelayLimits limits) throws IOException {
    this.engine = engine;
    this.sockets = config.sockets();
    this.servers =
        config.servers().stream().map(server -> new Upstream(engine, server, "UDP")).toList();
    this.rendezvous = new Rendezvous(servers.stream().map(Upstream::name).toList());
    this.table = new RelayTable<>(limits, config.listen().size(), servers.size());
    this.expiry = engine.newTimer(this::onExpiry);
    this.tick = engine.newTimer(this::onTick);
    streamEngine =
        config.protocol().hasTcp()
            ? Engines.openStreams(config.tcp().engine(), "bridge tcp")
            : null;
    streams = streamEngine == null ? null : streamRelay(config, limits);
  }

  private StreamRelay streamRelay(BridgeConfig config, RelayLimits limits) {
    return new StreamRelay(
        streamEngine,
        config.servers().stream().map(at -> new Upstream(streamEngine, at, "TCP")).toList(),
        rendezvous,
        streamEngine.orSystem(config.tcp().congestionControl(), LOG::warn),
        limits);
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
    Relay relay = new Relay(engine, config, limits);
    try {
      relay.open(config);
      return relay;
    } catch (IOException | RuntimeException e) {
      relay.close();
      throw e;
    }
  }

  private void open(BridgeConfig config) throws IOException {
    if (config.protocol().hasUdp()) {
      engine.runAndWait(this::onTick);
      for (HostPort listen : config.listen()) {
        listenTo(listen);
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

  private void listenTo(HostPort listen) throws IOException {
    PortOptions options = tunnelled(PortOptions.at(Addresses.local(listen)));
    int listener = listeners.size();
    listeners.add(engine.open(options, new Listener(listener)));
  }

  private PortOptions tunnelled(PortOptions options) {
    return options.withBufferBytes(sockets.bufferBytes()).withDscp(sockets.dscp()).sentWhole();
  }

  /** Where clients may send to, with the ports that were really given. */
  public List<InetSocketAddress> listening() {
    return listeners.stream().map(DatagramPort::localAddress).toList();
  }

  /** Where they may connect to. */
  public List<InetSocketAddress> listeningTcp() {
    return streamListeners.stream().map(StreamEngine.StreamListener::localAddress).toList();
  }

  @Override
  public String summary() {
    String names = servers.stream().map(Upstream::name).collect(Collectors.joining(", "));
    List<String> places = new ArrayList<>();
    if (!listeners.isEmpty()) {
      places.add(Addresses.texts(listening()));
    }
    if (streams != null) {
      places.add("TCP " + Addresses.texts(listeningTcp()) + " by " + streamEngine.name());
    }
    return "listening on " + String.join(", ", places) + ", forwarding to " + names;
  }

  @Override
  public String table() {
    return report().join().table();
  }

  /** The figures. From any thread. */
  CompletableFuture<RelayReport> report() {
    CompletableFuture<RelayReport> udp = engine.call(this::reportHere);
    return streams == null
        ? udp
        : udp.thenCombine(streamEngine.call(streams::report), RelayReport::withTcp);
  }

  private RelayReport reportHere() {
    long sendDrops = closedSendDrops;
    long receiveDrops = closedReceiveDrops;
    for (DatagramPort port : portsNotSettled()) {
      sendDrops += port.sendDrops() + port.lateDrops();
      receiveDrops += port.receiveDrops();
    }
    return new RelayReport(
        servers.stream().map(Upstream::report).toList(),
        table.proven(),
        table.unproven(),
        table.evictedProven(),
        table.evictedUnproven(),
        table.expiredProven(),
        table.expiredUnproven(),
        table.overRate(),
        unresolvedDrops,
        socketDrops,
        sendDrops,
        receiveDrops,
        RelayReport.Connections.NONE);
  }

  /** Those whose drops may still grow. */
  private List<DatagramPort> portsNotSettled() {
    List<DatagramPort> ports = new ArrayList<>(listeners);
    legs.forEach(leg -> ports.add(leg.port));
    ports.addAll(closedNow);
    ports.addAll(closedBefore);
    return ports;
  }

  private void settleClosed() {
    for (DatagramPort port : closedBefore) {
      closedSendDrops += port.sendDrops() + port.lateDrops();
      closedReceiveDrops += port.receiveDrops();
    }
    closedBefore = closedNow;
    closedNow = new ArrayList<>();
  }

  /** Closes all sockets. From any thread; returns when done. */
  @Override
  public void close() {
    Runnable closeAll =
        () -> {
          tick.cancel();
          expiry.cancel();
          listeners.forEach(DatagramPort::close);
          List.copyOf(legs).forEach(Leg::close);
        };
    engine.runAndWait(closeAll);
    if (streams != null) {
      streamEngine.runAndWait(streams::close);
      streamEngine.close();
    }
  }

  private void fromClient(
      DatagramPort port, int listener, InetSocketAddress client, ByteBuffer datagram) {
    int chosen = rendezvous.choose(client, datagram);
    Upstream server = servers.get(chosen);
    InetSocketAddress address = server.address();
    if (address == null) {
      unresolvedDrops++;
      return;
    }
    long now = engine.nanoTime();
    RelayEntry<Leg> entry = table.onClient(now, listener, chosen, client);
    closeRemoved();
    if (entry == null) {
      return;
    }
    Leg leg = legOf(entry, port, server, address);
    if (leg == null) {
      socketDrops++;
      return;
    }
    leg.port.send(datagram, null);
    unflushed.add(leg.port);
    server.sent(now, datagram.remaining());
  }

  /** The entry's socket to the address: a new one, if it has none or the server has moved. */
  private Leg legOf(
      RelayEntry<Leg> entry, DatagramPort back, Upstream server, InetSocketAddress address) {
    Leg leg = entry.socket;
    if (leg != null && leg.address.equals(address)) {
      return leg;
    }
    int keptPort = leg == null ? 0 : leg.port.localAddress().getPort();
    if (leg != null) {
      leg.close();
    }
    entry.socket = open(new Leg(entry, back, server, address), keptPort);
    if (entry.socket == null) {
      table.remove(entry);
      closeRemoved();
    }
    return entry.socket;
  }

  private Leg open(Leg leg, int preferredPort) {
    PortOptions options = tunnelled(PortOptions.connected(leg.address));
    try {
      leg.port = openAtOrElsewhere(options, preferredPort, leg);
    } catch (IOException e) {
      if (!noSocketTold) {
        noSocketTold = true;
        LOG.error("no socket for a client: {}", e.getMessage());
      }
      return null;
    }
    noSocketTold = false;
    legs.add(leg);
    return leg;
  }

  private DatagramPort openAtOrElsewhere(PortOptions options, int preferredPort, Leg leg)
      throws IOException {
    if (preferredPort != 0) {
      try {
        return engine.open(options.withLocalPort(preferredPort), leg);
      } catch (IOException taken) {
        // Any other will do.
      }
    }
    return engine.open(options, leg);
  }

  private void closeRemoved() {
    for (RelayEntry<Leg> entry = table.pollRemoved(); entry != null; entry = table.pollRemoved()) {
      if (entry.socket != null) {
        entry.socket.close();
      }
    }
  }

  private void flush() {
    unflushed.flush();
    setExpiry();
  }

  private void setExpiry() {
    long now = engine.nanoTime();
    long until = table.untilTimerNanos(now);
    if (until >= 0) {
      expiry.set(now + until);
    }
  }

  private void onExpiry() {
    table.onTimer(engine.nanoTime());
    closeRemoved();
    setExpiry();
  }

  private void onTick() {
    settleClosed();
    for (Upstream server : servers) {
      if (server.address() == null) {
        server.resolve();
      }
    }
    tick.set(engine.nanoTime() + TICK_NANOS);
  }

  private final class Listener implements DatagramHandler {

    private final int index;

    Listener(int index) {
      this.index = index;
    }

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
      fromClient(port, index, source, datagram);
    }

    @Override
    public void onBatchEnd(DatagramPort port) {
      flush();
    }

    @Override
    public void onError(DatagramPort port, IOException error) {
      LOG.debug("listening socket {}", index, error);
    }
  }

  /** A client's socket towards its server. */
  private final class Leg implements DatagramHandler {

    private final RelayEntry<Leg> entry;
    private final DatagramPort back;
    private final Upstream server;
    private final InetSocketAddress address;
    private DatagramPort port;

    Leg(RelayEntry<Leg> entry, DatagramPort back, Upstream server, InetSocketAddress address) {
      this.back = back;
      this.entry = entry;
      this.server = server;
      this.address = address;
    }

    void close() {
      if (legs.remove(this)) {
        port.flush();
        port.close();
        closedNow.add(port);
      }
    }

    @Override
    public void onDatagram(DatagramPort from, InetSocketAddress source, ByteBuffer datagram) {
      table.onServer(engine.nanoTime(), entry);
      closeRemoved();
      server.answered(datagram.remaining());
      back.send(datagram, entry.client);
    }

    @Override
    public void onBatchEnd(DatagramPort from) {
      back.flush();
    }

    @Override
    public void onError(DatagramPort from, IOException error) {
      if (error instanceof PortUnreachableException) {
        server.refused();
      } else {
        LOG.debug("socket to {}", server.name(), error);
      }
    }
  }
}
