package dev.mptunnel.harness.world;

import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.Endpoint.PathSpec;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.EndpointSettings.KeySettings;
import dev.mptunnel.core.EndpointSettings.RepairSettings;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.ObjIntConsumer;
import org.HdrHistogram.Histogram;

/**
 * A client and a server joined by some lines in simulated time, with a dense stream of numbered
 * datagrams each way. Either may be killed and started anew.
 */
final class SimPair {

  static final long MILLI = 1_000_000;

  private static final long START_NANOS = 1_000_000_000_000L;
  private static final long NANOS_PER_MICRO = 1_000;
  private static final InetSocketAddress SERVER = new InetSocketAddress("192.0.2.1", 2_000);

  /**
   * What a pair is made of.
   *
   * @param repair of both ends
   * @param lines a path each, alike both ways; one with {@code with=} shares another's losses
   * @param ordered the client's flows, and whether each wants its order
   * @param payloadBytes how long a datagram is
   * @param mtuBytes what every path carries, or 0 to find out
   */
  record Layout(
      KeySettings keys,
      RepairSettings repair,
      List<LinkProperties> lines,
      List<Boolean> ordered,
      int payloadBytes,
      int mtuBytes) {

    /** Short datagrams on one flow that wants its order. */
    Layout(KeySettings keys, List<LinkProperties> lines) {
      this(keys, RepairSettings.DEFAULT, lines, List.of(true), 32, 0);
    }

    private long leastDelayNanos() {
      return lines.stream()
          .mapToLong(line -> line.delayNanos() - line.jitterNanos())
          .min()
          .orElseThrow();
    }
  }

  /**
   * The datagrams of one flow in one direction, whose numbers are their places among those sent.
   * Their delays, and how often one was overtaken, are of those sent since the last {@link #begin}.
   */
  static final class Stream {
    private final BitSet delivered = new BitSet();
    private final int payloadBytes;
    private final long leastDelayNanos;
    private final Histogram addedMicros = new Histogram(3);
    private int sent;
    private int begun;
    private int highest = -1;
    private int overtaken;
    private int deliveredAgain;
    private long markNanos = Long.MAX_VALUE;
    private long passedNanos = -1;

    private Stream(Layout layout) {
      payloadBytes = layout.payloadBytes;
      leastDelayNanos = layout.leastDelayNanos();
    }

    /** From now on is counted anew. */
    void begin() {
      begun = sent;
      overtaken = 0;
      addedMicros.reset();
    }

    int sent() {
      return sent;
    }

    /** The number of the first one that was sent since the beginning. */
    int begun() {
      return begun;
    }

    /** How many of those sent since the beginning have not arrived. */
    int lost() {
      return sent - begun - delivered.get(begun, Math.max(begun, sent)).cardinality();
    }

    /** How many came after one that was sent after them. */
    int overtaken() {
      return overtaken;
    }

    /** How much later than the least that the paths take each one came, in microseconds. */
    Histogram addedMicros() {
      return addedMicros;
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
      return ByteBuffer.allocate(payloadBytes).putLong(sent++).putLong(now).clear();
    }

    private void take(long now, ByteBuffer payload) {
      int number = (int) payload.getLong(payload.position());
      deliveredAgain += delivered.get(number) ? 1 : 0;
      delivered.set(number);
      overtaken += number < highest && number >= begun ? 1 : 0;
      highest = Math.max(highest, number);
      long sentNanos = payload.getLong(payload.position() + Long.BYTES);
      if (number >= begun) {
        long added = Math.max(0, now - sentNanos - leastDelayNanos);
        addedMicros.recordValue(added / NANOS_PER_MICRO);
      }
      if (passedNanos < 0 && sentNanos >= markNanos) {
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
    private final List<Stream> sends;
    private final List<Stream> receives;
    private final List<Flow> flows = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private int sending = -1;
    private long sentBytes;

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
              layout.mtuBytes,
              layout.keys,
              layout.repair);
      endpoint =
          new Endpoint(
              settings,
              isServer
                  ? Mode.AES_256.server(secret)
                  : Mode.AES_256.client(secret, life.part("key").generator()),
              life.generator(),
              this);
      sends = isServer ? downs : ups;
      receives = isServer ? ups : downs;
    }

    Endpoint endpoint() {
      return endpoint;
    }

    /** How many events of this kind there were. */
    <E extends Event> List<E> events(Class<E> type) {
      return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** The number of the datagram that the endpoint is being given now, on any flow, or -1. */
    int sending() {
      return sending;
    }

    /** The bytes of all packets, as UDP payloads, that it has sent to the network. */
    long sentBytes() {
      return sentBytes;
    }

    private void sendOnEachFlow() {
      for (Flow flow : flows) {
        Stream stream = sends.get(places.get(flow.id()));
        sending = stream.sent;
        endpoint.send(now(), flow, stream.next(now()));
        sending = -1;
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
        sentBytes += packet.remaining();
        network.send(this, port, remote, packet);
      }
    }

    @Override
    public void deliver(Flow flow, ByteBuffer payload) {
      receives.get(places.get(flow.id())).take(now(), payload);
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
  private final Layout layout;
  private final Tap tap;
  private final SimNetwork network;
  private final ServerKeys secret;
  private final List<LinkModel> links = new ArrayList<>();
  private final InetSocketAddress[] shown;
  private final List<Stream> ups = new ArrayList<>();
  private final List<Stream> downs = new ArrayList<>();
  private final Map<Integer, Integer> places = new HashMap<>(); // of flows, by their ids
  private End client;
  private End server;
  private Session session;
  private int lives;

  /** A pair that has just been started, with short datagrams on one flow. */
  SimPair(Seed seed, KeySettings keySettings, List<LinkProperties> lines, Tap tap) {
    this(seed, new Layout(keySettings, lines), tap);
  }

  /** A pair that has just been started. */
  SimPair(Seed seed, Layout layout, Tap tap) {
    this.seed = seed;
    this.layout = layout;
    this.tap = tap;
    network =
        new SimNetwork(
            START_NANOS,
            new Trace(0, packet -> ""),
            (node, at, intact, packet) -> tap.onArrival((End) node, packet));
    byte[] bytes = new byte[20];
    seed.part("secret").generator().nextBytes(bytes);
    secret = ServerKeys.of(bytes);
    shown = new InetSocketAddress[layout.lines.size()];
    link("up", (link, path) -> network.link(clientAddress(path), SERVER, link));
    link("down", (link, path) -> network.link(SERVER, clientAddress(path), link));
    for (int flow = 0; flow < layout.ordered.size(); flow++) {
      ups.add(new Stream(layout));
      downs.add(new Stream(layout));
    }
    startServer();
    startClient();
  }

  private void link(String direction, ObjIntConsumer<LinkModel> tie) {
    List<LinkModel> ofDirection = new ArrayList<>();
    for (int path = 0; path < shown.length; path++) {
      Seed part = seed.part(direction + " " + path);
      LinkProperties line = layout.lines.get(path);
      LinkModel link = new LinkModel(line, part.generator(), START_NANOS);
      ofDirection.add(link);
      tie.accept(link, path);
    }
    for (LinkModel link : ofDirection) {
      int leader = link.properties().withLine();
      link.follow(leader == 0 ? null : ofDirection.get(leader - 1));
    }
    links.addAll(ofDirection);
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

  /** From the client to the server, on the first flow. */
  Stream up() {
    return ups.getFirst();
  }

  /** From the server to the client, on the first flow. */
  Stream down() {
    return downs.getFirst();
  }

  /** From the client to the server, a stream for each flow. */
  List<Stream> ups() {
    return ups;
  }

  /** From the server to the client, a stream for each flow. */
  List<Stream> downs() {
    return downs;
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
    openFlows();
  }

  /** Opens the client's flows; those that it had must have ended. */
  void openFlows() {
    for (int place = 0; place < ups.size(); place++) {
      Flow flow = client.endpoint.openFlow(now(), session, null, layout.ordered.get(place));
      places.put(flow.id(), place);
      client.flows.add(flow);
    }
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

  /** Takes this path's line down both ways, or up again. */
  void setDown(int path, boolean isDown) {
    links.get(path).setDown(isDown);
    links.get(shown.length + path).setDown(isDown);
  }

  /** Makes this path's line another one, both ways. */
  void change(int path, LinkProperties line) {
    links.get(path).change(line, now());
    links.get(shown.length + path).change(line, now());
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

  /** A datagram each millisecond on each flow from the client, and none from the server. */
  void send(long millis) {
    for (long i = 0; i < millis; i++) {
      client.sendOnEachFlow();
      idle(1);
    }
  }

  /** As {@link #exchange}, until something has happened. */
  boolean exchangeUntil(long atMostMillis, BooleanSupplier happened) {
    for (long i = 0; i < atMostMillis && !happened.getAsBoolean(); i++) {
      client.sendOnEachFlow();
      server.sendOnEachFlow();
      idle(1);
    }
    return happened.getAsBoolean();
  }

  /** The same, with a datagram only every so many milliseconds. */
  boolean exchangeUntil(long atMostMillis, int everyMillis, BooleanSupplier happened) {
    for (long millis = 0; millis < atMostMillis; millis += everyMillis) {
      client.sendOnEachFlow();
      server.sendOnEachFlow();
      if (idleUntil(everyMillis, happened)) {
        return true;
      }
    }
    return happened.getAsBoolean();
  }

  private static InetSocketAddress clientAddress(int path) {
    return new InetSocketAddress("10.0." + path + ".2", 40_000);
  }
}
