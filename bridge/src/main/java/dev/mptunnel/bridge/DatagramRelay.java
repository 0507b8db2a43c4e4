package dev.mptunnel.bridge;

import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.net.Closing;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.PortOptions;
import dev.mptunnel.net.Sharing;
import dev.mptunnel.net.UnflushedPorts;
import dev.mptunnel.observe.RelayReport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of a bridge's loops: forwards what the clients send that the kernel gives to it, each client
 * from a socket of its own, and what comes back there to the client. On the thread of one engine,
 * but where it says otherwise.
 */
final class DatagramRelay {

  private static final Logger LOG = LoggerFactory.getLogger(DatagramRelay.class);

  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long a server that was taken out may still answer. */
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final DatagramEngine engine;
  private final SocketSettings sockets;
  private final List<DatagramPort> listeners = new ArrayList<>();

  /** By the numbers that the table knows them by; null where there is none of that number. */
  private final List<Upstream> servers = new ArrayList<>();

  /** Those that are forwarded to no more, and until when they may still answer. */
  private final Map<Upstream, Long> left = new HashMap<>();

  private Rendezvous rendezvous;

  /** The numbers of those that are forwarded to. */
  private int[] chosen;

  private final RelayTable<Leg> table;

  /** Sockets that a batch has queued something on. */
  private final UnflushedPorts unflushed = new UnflushedPorts();

  private final Set<Leg> legs = new HashSet<>();
  private final Engine.EngineTimer expiry;
  private final Engine.EngineTimer tick;

  private boolean closed;
  private boolean noSocketTold;
  private long unresolvedDrops;
  private long socketDrops;
  private long closedSendDrops;
  private long closedReceiveDrops;

  /** Of the last tick, and of the one before: what they still had to send may yet be dropped. */
  private List<DatagramPort> closedNow = new ArrayList<>();

  private List<DatagramPort> closedBefore = new ArrayList<>();

  /**
   * A loop without clients.
   *
   * @param limits of this loop
   * @param room for clients, over all loops
   * @param forwarding where to
   */
  DatagramRelay(
      DatagramEngine engine,
      BridgeConfig config,
      RelayLimits limits,
      ClientRoom room,
      Forwarding forwarding) {
    this.engine = engine;
    this.sockets = config.sockets();
    ClientRoom.Share share = room.newShare(() -> engine.execute(this::giveUpOldest));
    this.table = new RelayTable<>(limits, share, config.listen().size(), 0);
    forwardHere(forwarding);
    this.expiry = engine.newTimer(this::onExpiry);
    this.tick = engine.newTimer(this::onTick);
  }

  /**
   * Forwards to these from now on. What a server that is not among them has answered already is
   * still brought to its clients. From any thread; returns when done.
   */
  void forward(Forwarding to) {
    engine.runAndWait(() -> forwardHere(to));
  }

  private void forwardHere(Forwarding to) {
    int[] numbers = new int[to.places().size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = numberOf(to.places().get(i));
    }
    rendezvous = to.rendezvous();
    chosen = numbers;
    long until = engine.nanoTime() + DRAIN_NANOS;
    for (int number = 0; number < servers.size(); number++) {
      Upstream server = servers.get(number);
      int its = number;
      if (server != null && Arrays.stream(chosen).noneMatch(each -> each == its)) {
        left.putIfAbsent(server, until);
      }
    }
  }

  /** That which it has, or one that is free. */
  private int numberOf(Forwarding.Place place) {
    int free = servers.size();
    for (int number = servers.size() - 1; number >= 0; number--) {
      Upstream server = servers.get(number);
      if (server != null && server.place().equals(place.server())) {
        left.remove(server);
        return number;
      }
      free = server == null ? number : free;
    }
    if (free == servers.size()) {
      servers.add(null);
      table.makeRoomFor(free);
    }
    servers.set(free, place.newUpstream());
    return free;
  }

  private void forgetLeft(long now) {
    for (int number = 0; number < servers.size(); number++) {
      Long until = left.get(servers.get(number));
      if (until != null && now >= until) {
        left.remove(servers.set(number, null));
        table.removeServer(number);
        closeRemoved();
      }
    }
  }

  /** Starts to look the servers up; one that is not found is looked up again. From any thread. */
  void start() {
    engine.runAndWait(this::onTick);
  }

  /**
   * Opens a listening socket. From any thread, one at a time.
   *
   * @return where it is
   */
  InetSocketAddress listenTo(InetSocketAddress local, Sharing sharing) throws IOException {
    PortOptions options = tunnelled(PortOptions.at(local)).shared(sharing);
    DatagramPort port = engine.open(options, new Listener(listeners.size()));
    listeners.add(port);
    return port.localAddress();
  }

  private PortOptions tunnelled(PortOptions options) {
    return options
        .withBufferBytes(sockets.bufferBytes())
        .withDscp(sockets.dscp())
        .withCarried(sockets.carried())
        .sentWhole();
  }

  /** Where clients may send to. From any thread, once all is open. */
  List<InetSocketAddress> listening() {
    return listeners.stream().map(DatagramPort::localAddress).toList();
  }

  /** The figures. From any thread. */
  CompletableFuture<RelayReport> report() {
    return engine.call(this::reportHere);
  }

  private RelayReport reportHere() {
    long sendDrops = closedSendDrops;
    long receiveDrops = closedReceiveDrops;
    for (DatagramPort port : portsNotSettled()) {
      sendDrops += port.sendDrops() + port.lateDrops();
      receiveDrops += port.receiveDrops();
    }
    return new RelayReport(
        servers.stream().filter(Objects::nonNull).map(Upstream::report).toList(),
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
  void close() {
    engine.runAndWait(
        () -> {
          closed = true;
          tick.cancel();
          expiry.cancel();
          Closing closing = new Closing();
          listeners.forEach(port -> closing.then(port::close));
          List.copyOf(legs).forEach(leg -> closing.then(leg::close));
          closing.end();
        });
  }

  private void giveUpOldest() {
    if (closed) {
      return;
    }
    table.giveUpOldest();
    closeRemoved();
    setExpiry();
  }

  private void fromClient(
      DatagramPort port, int listener, InetSocketAddress client, ByteBuffer datagram) {
    int number = chosen[rendezvous.choose(client, datagram)];
    Upstream server = servers.get(number);
    InetSocketAddress address = server.address();
    if (address == null) {
      unresolvedDrops++;
      return;
    }
    long now = engine.nanoTime();
    RelayEntry<Leg> entry = table.onClient(now, listener, number, client);
    closeRemoved();
    if (entry == null) {
      return;
    }
    Leg leg = legOf(entry, port, server, address);
    if (leg == null) {
      socketDrops++;
      return;
    }
    leg.port.send(datagram, null, port.trafficClass());
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
    forgetLeft(engine.nanoTime());
    for (Upstream server : servers) {
      if (server != null && server.address() == null) {
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
      long now = engine.nanoTime();
      table.onServer(now, entry);
      closeRemoved();
      server.answered(now, datagram.remaining());
      back.send(datagram, entry.client, from.trafficClass());
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
