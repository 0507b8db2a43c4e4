package dev.mptunnel.bridge;

import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.StreamEngine;
import dev.mptunnel.net.StreamHandler;
import dev.mptunnel.net.StreamOptions;
import dev.mptunnel.net.StreamSocket;
import dev.mptunnel.observe.RelayReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The bridge's TCP: joins each connection of a client with one to the server of its session,
 * unchanged both ways, ends and resets included. What one side does not take, is not read from the
 * other.
 *
 * <p>A connection that the server has not answered is a stranger's: there may be so many of these,
 * for so long, and the oldest goes first. On the thread of the engine.
 */
final class StreamRelay {

  /** Type and session id, by which the server is chosen: see docs/wire.md. */
  private static final int HEAD_BYTES = 9;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** No host takes more than such a part of the places for strangers. */
  private static final int HOSTS = 4;

  /** … but so many in any case. */
  private static final int FEW = 16;

  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final StreamEngine engine;
  private List<Upstream> servers = List.of();
  private Rendezvous rendezvous;
  private final String congestionControl;
  private final int maxStrangers;
  private final int maxConnections;
  private final long idleNanos;
  private final Engine.EngineTimer tick;
  private final LinkedHashSet<Pair> strangers = new LinkedHashSet<>();
  private final LinkedHashSet<Pair> proven = new LinkedHashSet<>();
  private long refusedStrangers;
  private long refusedFull;

  StreamRelay(
      StreamEngine engine, Forwarding forwarding, String congestionControl, RelayLimits limits) {
    this.engine = engine;
    forward(forwarding);
    this.congestionControl = congestionControl;
    maxStrangers = limits.maxUnproven();
    maxConnections = limits.maxConnections();
    idleNanos = limits.idleNanos();
    tick = engine.newTimer(this::onTick);
  }

  /**
   * Joins clients with these from now on. Connections to servers that are not among them end: their
   * clients connect again.
   */
  final void forward(Forwarding to) {
    List<Upstream> before = servers;
    servers =
        to.places().stream()
            .map(
                place ->
                    before.stream()
                        .filter(each -> each.place().equals(place.server()))
                        .findFirst()
                        .orElseGet(place::newUpstream))
            .toList();
    rendezvous = to.rendezvous();
    Stream.concat(strangers.stream(), proven.stream())
        .filter(pair -> pair.upstream != null && !servers.contains(pair.upstream))
        .toList()
        .forEach(Pair::abort);
  }

  /** Starts to look the servers up, and to look after strangers. */
  void start() {
    onTick();
  }

  /** How the sockets of both sides are: nothing is to wait in a bridge that may be overtaken. */
  StreamOptions options(InetSocketAddress local) {
    return StreamOptions.at(local).asTunnel(congestionControl);
  }

  /** Somebody has connected. */
  void onClient(StreamSocket client) {
    if (proven.size() >= maxConnections) {
      refusedFull++;
      client.abort();
      return;
    }
    Pair newcomer = new Pair(client);
    long ofHost = strangers.stream().filter(each -> each.host.equals(newcomer.host)).count();
    if (ofHost >= Math.max(maxStrangers / HOSTS, Math.min(maxStrangers, FEW))) {
      strangers.stream()
          .filter(each -> each.host.equals(newcomer.host))
          .findFirst()
          .ifPresent(this::turnAway);
    } else if (strangers.size() >= maxStrangers) {
      turnAway(strangers.getFirst());
    }
    strangers.add(newcomer);
    client.setReading(true);
  }

  private void turnAway(Pair stranger) {
    refusedStrangers++;
    stranger.abort();
  }

  private void onTick() {
    long now = engine.nanoTime();
    tick.set(now + TICK_NANOS);
    servers.stream().filter(server -> server.address() == null).forEach(Upstream::resolve);
    while (!strangers.isEmpty() && now - strangers.getFirst().sinceNanos >= PATIENCE_NANOS) {
      turnAway(strangers.getFirst());
    }
    proven.stream()
        .filter(pair -> now - pair.heardNanos >= idleNanos)
        .toList()
        .forEach(Pair::abort);
  }

  /** Closes all connections; the engine is closed by who opened it. */
  void close() {
    tick.cancel();
    while (!strangers.isEmpty()) {
      strangers.getFirst().abort();
    }
    while (!proven.isEmpty()) {
      proven.getFirst().abort();
    }
  }

  /** The figures. */
  RelayReport.Connections report() {
    return new RelayReport.Connections(
        servers.stream().map(Upstream::report).toList(),
        proven.size(),
        strangers.size(),
        refusedStrangers,
        refusedFull);
  }

  /** A client's connection and that to its server. */
  private final class Pair {

    private final long sinceNanos = engine.nanoTime();
    private long heardNanos = sinceNanos;
    private final InetAddress host;
    private final Side client;
    private Side server;
    private Upstream upstream;
    private ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);

    Pair(StreamSocket socket) {
      host = socket.remoteAddress().getAddress();
      client = new Side(this);
      client.socket = socket;
      socket.setHandler(client);
    }

    void abort() {
      strangers.remove(this);
      proven.remove(this);
      client.end();
      if (server != null) {
        server.end();
      }
    }

    void onFirst(ByteBuffer bytes) {
      int taken = Math.min(head.remaining(), bytes.remaining());
      head.put(bytes.slice(bytes.position(), taken));
      bytes.position(bytes.position() + taken);
      if (head.hasRemaining()) {
        return;
      }
      upstream = servers.get(rendezvous.choose(client.socket.remoteAddress(), head.flip()));
      InetSocketAddress address = upstream.address();
      if (address == null) {
        abort();
        return;
      }
      client.socket.setReading(false);
      server = new Side(this);
      server.early = ByteBuffer.allocate(HEAD_BYTES + bytes.remaining());
      server.early.put(head).put(bytes).flip();
      server.socket =
          engine.connect(address, options(Addresses.anyLike(address.getAddress())), server);
    }

    void onServerAnswers(int bytes) {
      if (strangers.remove(this)) {
        proven.add(this);
      }
      upstream.answered(engine.nanoTime(), bytes);
    }
  }

  /** One of the two. */
  private final class Side implements StreamHandler {

    private final Pair pair;
    private StreamSocket socket;
    private ByteBuffer early;
    private boolean connected;
    private boolean finished;
    private boolean ended;

    Side(Pair pair) {
      this.pair = pair;
    }

    private Side other() {
      return this == pair.client ? pair.server : pair.client;
    }

    void end() {
      ended = true;
      if (socket != null) {
        socket.abort();
      }
    }

    @Override
    public void onConnected(StreamSocket self) {
      connected = true;
      if (ended) {
        self.abort();
        return;
      }
      pass(early, this);
      early = null;
      self.setReading(true);
      other().socket.setReading(self.isWritable());
      if (other().finished) {
        self.finish();
      }
    }

    private void pass(ByteBuffer bytes, Side to) {
      pair.heardNanos = engine.nanoTime();
      if (to == pair.client) {
        pair.onServerAnswers(bytes.remaining());
      } else {
        pair.upstream.sent(engine.nanoTime(), bytes.remaining());
      }
      to.socket.write(bytes);
      to.socket.flush();
    }

    @Override
    public void onRead(StreamSocket self, ByteBuffer bytes) {
      if (ended) {
        return;
      }
      if (pair.server == null) {
        pair.onFirst(bytes);
        return;
      }
      if (this == pair.client && pair.server.early != null) {
        // Read before reading was stopped, and there is no server yet to send it to.
        ByteBuffer more = ByteBuffer.allocate(pair.server.early.remaining() + bytes.remaining());
        pair.server.early = more.put(pair.server.early).put(bytes).flip();
        return;
      }
      pass(bytes, other());
      if (!other().socket.isWritable()) {
        self.setReading(false);
      }
    }

    @Override
    public void onWritable(StreamSocket self) {
      if (!ended && other() != null && other().socket != null) {
        other().socket.setReading(true);
      }
    }

    @Override
    public void onFinished(StreamSocket self) {
      finished = true;
      Side other = other();
      if (other == null) {
        pair.abort();
      } else if (other.finished) {
        closeBoth();
      } else if (other == pair.client || other.connected) {
        other.socket.finish();
      }
    }

    private void closeBoth() {
      strangers.remove(pair);
      proven.remove(pair);
      pair.client.ended = true;
      pair.server.ended = true;
      other().socket.finish();
      pair.client.socket.close();
      pair.server.socket.close();
    }

    @Override
    public void onClosed(StreamSocket self, IOException cause) {
      if (ended) {
        return;
      }
      if (this == pair.server && !connected) {
        pair.upstream.refused();
      }
      pair.abort();
    }
  }
}
