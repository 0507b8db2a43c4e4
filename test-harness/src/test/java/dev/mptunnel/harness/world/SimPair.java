package dev.mptunnel.harness.world;

import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.Endpoint.PathSpec;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.EndpointSettings.KeySettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Output;
import dev.mptunnel.core.Session;
import dev.mptunnel.crypto.ServerKeys;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkModel;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.sim.SimNetwork;
import dev.mptunnel.harness.sim.SimNode;
import dev.mptunnel.harness.sim.Trace;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A client and a server joined by some lines in simulated time, with a dense stream of numbered
 * datagrams each way. Either may be killed and started anew.
 */
final class SimPair {

  static final long MILLI = 1_000_000;

  private static final long START_NANOS = 1_000_000_000_000L;
  private static final int PAYLOAD_BYTES = 32;
  private static final InetSocketAddress SERVER = new InetSocketAddress("192.0.2.1", 2_000);

  /** The datagrams of one direction, whose numbers are their places among those sent. */
  static final class Stream {
    private final BitSet delivered = new BitSet();
    private int sent;
    private int deliveredAgain;
    private long markNanos = Long.MAX_VALUE;
    private long passedNanos = -1;

    int sent() {
      return sent;
    }

    /** The numbers of those that arrived. */
    BitSet delivered() {
      return delivered;
    }

    /** How often one was delivered that had been delivered before. */
    int deliveredAgain() {
      return deliveredAgain;
    }

    /** From now on one is awaited that is sent now or later. */
    void mark(long now) {
      markNanos = now;
      passedNanos = -1;
    }

    /** When the first one arrived that was sent since the mark, or -1. */
    long passedNanos() {
      return passedNanos;
    }

    private ByteBuffer next(long now) {
      return ByteBuffer.allocate(PAYLOAD_BYTES).putLong(sent++).putLong(now).clear();
    }

    private void take(long now, ByteBuffer payload) {
      int number = (int) payload.getLong(payload.position());
      deliveredAgain += delivered.get(number) ? 1 : 0;
      delivered.set(number);
      if (passedNanos < 0 && payload.getLong(payload.position() + Long.BYTES) >= markNanos) {
        passedNanos = now;
      }
    }
  }

  /** Sees what the ends send, and what reaches them. */
  interface Tap {

    /** An end sends a packet. @return whether the network gets it */
    default boolean passes(End from, ByteBuffer packet) {
      return true;
    }

    /** A packet reaches an end, which has not seen it yet. */
    default void onArrival(End to, ByteBuffer packet) {}
  }

  /** One life of either end. */
  final class End implements SimNode, Output {

    private final Endpoint endpoint;
    private final Stream sends;
    private final Stream receives;
    private final List<Flow> flows = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();

    private End(boolean isServer, Seed life) {
      EndpointSettings defaults = EndpointSettings.defaults(isServer);
      EndpointSettings settings =
          new EndpointSettings(
              isServer,
              defaults.pingNanos(),
              defaults.pingIdleNanos(),
              defaults.pathTimeoutNanos(),
              defaults.flowTimeoutNanos(),
              defaults.sessionTimeoutNanos(),
              defaults.maxFlows(),
              defaults.maxSessions(),
              defaults.maxSessionsPerClient(),
              defaults.mtuBytes(),
              keySettings);
      endpoint =
          new Endpoint(
              settings,
              isServer
                  ? Mode.AES_256.server(secret)
                  : Mode.AES_256.client(secret, life.part("key").generator()),
              life.generator(),
              this);
      sends = isServer ? down : up;
      receives = isServer ? up : down;
    }

    Endpoint endpoint() {
      return endpoint;
    }

    /** How many events of this kind there were. */
    <E extends Event> List<E> events(Class<E> type) {
      return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private void sendOnEachFlow() {
      for (Flow flow : flows) {
        endpoint.send(now(), flow, sends.next(now()));
      }
    }

    @Override
    public void onDatagram(long now, int port, InetSocketAddress source, ByteBuffer datagram) {
      endpoint.onDatagram(now, port, source, datagram);
    }

    @Override
    public long nextTimer() {
      return endpoint.nextTimer();
    }

    @Override
    public void onTimer(long now) {
      endpoint.onTimer(now);
    }

    @Override
    public void transmit(int port, InetSocketAddress remote, ByteBuffer packet) {
      if (tap.passes(this, packet.asReadOnlyBuffer())) {
        network.send(this, port, remote, packet);
      }
    }

    @Override
    public void deliver(Flow flow, ByteBuffer payload) {
      receives.take(now(), payload);
    }

    @Override
    public void event(Event event) {
      events.add(event);
      switch (event) {
        case Event.FlowOpened(Flow flow) -> flows.add(flow);
        case Event.FlowClosed(Flow flow) -> flows.remove(flow);
        default -> {}
      }
    }
  }

  private final Seed seed;
  private final KeySettings keySettings;
  private final Tap tap;
  private final SimNetwork network;
  private final ServerKeys secret;
  private final List<LinkModel> links = new ArrayList<>();
  private final InetSocketAddress[] shown;
  private final Stream up = new Stream();
  private final Stream down = new Stream();
  private End client;
  private End server;
  private Session session;
  private int lives;

  /**
   * A pair that has just been started.
   *
   * @param lines a path each, alike both ways
   */
  SimPair(Seed seed, KeySettings keySettings, List<LinkProperties> lines, Tap tap) {
    this.seed = seed;
    this.keySettings = keySettings;
    this.tap = tap;
    network =
        new SimNetwork(
            START_NANOS,
            new Trace(0, packet -> ""),
            (node, at, intact, packet) -> tap.onArrival((End) node, packet));
    byte[] bytes = new byte[20];
    seed.part("secret").generator().nextBytes(bytes);
    secret = ServerKeys.of(bytes);
    shown = new InetSocketAddress[lines.size()];
    for (int path = 0; path < lines.size(); path++) {
      InetSocketAddress address = clientAddress(path);
      network.link(address, SERVER, link(lines.get(path), "up " + path));
      network.link(SERVER, address, link(lines.get(path), "down " + path));
    }
    startServer();
    startClient();
  }

  private LinkModel link(LinkProperties line, String name) {
    LinkModel link = new LinkModel(line, seed.part(name).generator(), START_NANOS);
    links.add(link);
    return link;
  }

  long now() {
    return network.nowNanos();
  }

  End client() {
    return client;
  }

  End server() {
    return server;
  }

  /** The client's session. */
  Session session() {
    return session;
  }

  /** The server's only session. */
  Session serverSession() {
    return server.endpoint.sessions().getFirst();
  }

  int paths() {
    return shown.length;
  }

  /** From the client to the server. */
  Stream up() {
    return up;
  }

  /** From the server to the client. */
  Stream down() {
    return down;
  }

  void startServer() {
    server = new End(true, seed.part(lives++));
    network.bind(server, 0, SERVER);
  }

  void startClient() {
    client = new End(false, seed.part(lives++));
    List<PathSpec> specs = new ArrayList<>();
    for (int path = 0; path < shown.length; path++) {
      network.bind(client, path, clientAddress(path));
      shown[path] = clientAddress(path);
      specs.add(new PathSpec("p" + path, path, SERVER));
    }
    session = client.endpoint.open(now(), specs);
    client.flows.add(client.endpoint.openFlow(now(), session));
  }

  /** The process is gone, as by kill -9. */
  void kill(End end) {
    network.remove(end);
    end.flows.clear();
  }

  /** Takes all lines down, or up again. */
  void setDown(boolean isDown) {
    links.forEach(link -> link.setDown(isDown));
  }

  /** What is between client and server gives the path another address, as seen by the server. */
  void rebind(int path) {
    shown[path] = new InetSocketAddress("198.51.100." + path, shown[path].getPort() + 1);
    network.rebind(clientAddress(path), shown[path]);
  }

  /** Where the server sees the client on this path. */
  InetSocketAddress shownAddress(int path) {
    return shown[path];
  }

  /** A packet reaches an end on this path now, from its peer's address there or another. */
  void inject(boolean toServer, int path, InetSocketAddress stranger, byte[] packet) {
    InetSocketAddress source = toServer ? shown[path] : SERVER;
    InetSocketAddress to = toServer ? SERVER : shown[path];
    network.inject(stranger == null ? source : stranger, to, packet, true);
  }

  /** Lets time pass in which nothing is sent but what the ends send by themselves. */
  void idle(long millis) {
    network.driveUntil(now() + millis * MILLI);
  }

  /** The same, until something has happened. */
  boolean idleUntil(long atMostMillis, BooleanSupplier happened) {
    return network.driveUntil(now() + atMostMillis * MILLI, happened);
  }

  /** A datagram each millisecond from the client, and one from each flow that the server has. */
  void exchange(long millis) {
    exchangeUntil(millis, () -> false);
  }

  /** The same, until something has happened. */
  boolean exchangeUntil(long atMostMillis, BooleanSupplier happened) {
    for (long i = 0; i < atMostMillis && !happened.getAsBoolean(); i++) {
      client.sendOnEachFlow();
      server.sendOnEachFlow();
      idle(1);
    }
    return happened.getAsBoolean();
  }

  private static InetSocketAddress clientAddress(int path) {
    return new InetSocketAddress("10.0." + path + ".2", 40_000);
  }
}
