package dev.mptunnel.core;

import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.crypto.ClientKeys;
import dev.mptunnel.crypto.ServerKeys;
import dev.mptunnel.crypto.StaticKeys;
import dev.mptunnel.wire.Limits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A client and a server joined by ideal paths of 10 ms, on simulated time. */
final class PairWorld {

  enum Side {
    CLIENT,
    SERVER
  }

  private static final long DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private record Arrival(long atNanos, long order, Runnable action) implements Comparable<Arrival> {
    @Override
    public int compareTo(Arrival other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  final class End implements Output {
    final Side side;
    final Endpoint endpoint;
    final List<String> delivered = new ArrayList<>();

    /** What each of these was marked with. */
    final List<Integer> deliveredClasses = new ArrayList<>();

    final List<Event> events = new ArrayList<>();

    /** What it sent, whether that arrived or not. */
    final List<byte[]> packets = new ArrayList<>();

    /** Where in its memory the last packet began that it sent. */
    int sentFrom;

    /** Whether the last one that was delivered lay where its packet was received. */
    boolean isDeliveredInPlace;

    boolean echo;

    End(Side side, long seed) {
      this.side = side;
      Security security = side == Side.SERVER ? serverSecurity : clientSecurity;
      EndpointSettings defaults = EndpointSettings.defaults(side == Side.SERVER);
      EndpointSettings settings =
          new EndpointSettings(
              defaults.acceptsSessions(),
              defaults.pingNanos(),
              times.pingIdleNanos(),
              times.pathTimeoutNanos(),
              defaults.flowTimeoutNanos(),
              defaults.sessionTimeoutNanos(),
              defaults.maxFlows(),
              defaults.maxSessions(),
              2,
              mtu,
              defaults.keySettings(),
              repairSettings);
      endpoint = new Endpoint(settings, security, new SplittableRandom(seed), this);
    }

    @Override
    public void transmit(int port, InetSocketAddress remote, ByteBuffer packet) {
      transmit(port, remote, packet, 0);
    }

    @Override
    public void transmit(int port, InetSocketAddress remote, ByteBuffer packet, int trafficClass) {
      // Path i joins the client's port i to the server's address i.
      int path =
          side == Side.CLIENT ? remote.getPort() - SERVER_PORT : remote.getPort() - portOffset;
      packetsSent++;
      byte[] bytes = new byte[packet.remaining()];
      packet.get(packet.position(), bytes);
      packets.add(bytes);
      sentFrom = packet.position();
      if (path < 0 || path >= dark.length) {
        return; // to where the client is no more
      }
      if (bytes.length + Limits.IPV4_UDP_BYTES > longest[path]) {
        return; // as a router does that says nothing
      }
      int every = dropEvery[side.ordinal()][path];
      if (random.nextDouble() < losing[side.ordinal()][path]) {
        return;
      }
      if (dark[path] || (every > 0 && ++sent[side.ordinal()][path] % every == 0)) {
        return;
      }
      int outer = networks[side.ordinal()][path].remark(bytes, trafficClass);
      if (outer == DROPPED) {
        return;
      }
      if (side == Side.SERVER) {
        lastFromServer = bytes;
      }
      Side to = side == Side.CLIENT ? Side.SERVER : Side.CLIENT;
      int toPort = side == Side.CLIENT ? 0 : path;
      InetSocketAddress source =
          address(side == Side.CLIENT ? portOffset + path : SERVER_PORT + path);
      long arrives = Math.max(now + DELAY_NANOS + slower[path], stalledUntil[side.ordinal()]);
      at(
          arrives + readsLater[to.ordinal()],
          () -> end(to).receive(arrives, outer, toPort, source, bytes));
    }

    /** As engines do: outside the heap, amid other memory, and only for as long as that takes. */
    private void receive(
        long arrivedNanos, int outer, int port, InetSocketAddress source, byte[] bytes) {
      ByteBuffer packet = received.clear().put(BESIDE_BYTES, bytes);
      packet.limit(BESIDE_BYTES + bytes.length).position(BESIDE_BYTES);
      endpoint.onDatagram(now, arrivedNanos, outer, port, source, packet);
      received.clear();
      for (int i = 0; i < bytes.length; i++) {
        received.put(BESIDE_BYTES + i, GONE);
      }
    }

    @Override
    public void deliver(Flow flow, ByteBuffer payload) {
      deliver(flow, payload, 0);
    }

    @Override
    public void deliver(Flow flow, ByteBuffer payload, int trafficClass) {
      deliveredClasses.add(trafficClass);
      isDeliveredInPlace = payload.isDirect();
      String text = StandardCharsets.UTF_8.decode(payload).toString();
      delivered.add(flow.id() + ":" + text);
      if (echo) {
        at(now, () -> endpoint.send(now, flow, utf8(text)));
      }
    }

    @Override
    public void event(Event event) {
      events.add(event);
    }

    <E extends Event> List<E> events(Class<E> type) {
      return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    boolean said(String eventName) {
      return events.stream().anyMatch(e -> e.getClass().getSimpleName().equals(eventName));
    }
  }

  /** What a path makes of the marks of what is sent on it; by itself it carries none. */
  interface Network {

    /** What the packet arrives with that was sent with this, or {@link #DROPPED}. */
    int remark(byte[] packet, int trafficClass);
  }

  static final int DROPPED = -1;

  static final ServerKeys WELL_KNOWN = ServerKeys.of(ServerKeys.wellKnownSecret());

  private static final int SERVER_PORT = 2000;

  private static final int BESIDE_BYTES = 100;
  private static final byte GONE = (byte) 0xa5;

  private final ByteBuffer received =
      ByteBuffer.allocateDirect(BESIDE_BYTES + Limits.MAX_PACKET_BYTES);
  private final boolean[] dark;
  private final int[][] dropEvery;
  private final int[][] sent;
  private final double[][] losing;
  private final long[] slower;
  private final Network[][] networks;
  private final SplittableRandom random = new SplittableRandom(6);
  private final int[] longest;
  private final int mtu;
  private final Times times;
  private final RepairSettings repairSettings;
  private final PriorityQueue<Arrival> arrivals = new PriorityQueue<>();
  private long order;
  private byte[] lastFromServer;
  private long now = 1;
  private int portOffset;
  private final long[] stalledUntil = new long[2];
  private final long[] readsLater = new long[2];

  final Security clientSecurity;
  final Security serverSecurity;
  End client;
  End server;
  final Session session;
  long packetsSent;

  /** Plain, or with the secret that everybody knows. */
  enum Mode {
    PLAIN,
    SEALED
  }

  /** When paths are asked, and when they are down. */
  record Times(long pingIdleNanos, long pathTimeoutNanos) {

    private static final Times DEFAULT =
        new Times(
            EndpointSettings.defaults(false).pingIdleNanos(),
            EndpointSettings.defaults(false).pathTimeoutNanos());
  }

  PairWorld(int paths, Mode mode) {
    this(paths, mode, 0);
  }

  /** A world whose ends are told what each path carries. */
  PairWorld(int paths, Mode mode, int mtu) {
    this(paths, client(mode), server(mode), mtu, Times.DEFAULT, RepairSettings.DEFAULT);
  }

  /** A world whose ends repair as is said. */
  PairWorld(int paths, Mode mode, RepairSettings repairSettings) {
    this(paths, client(mode), server(mode), 0, Times.DEFAULT, repairSettings);
  }

  /** A world whose ends ask and wait as is said. */
  PairWorld(int paths, Mode mode, Times times) {
    this(paths, client(mode), server(mode), 0, times, RepairSettings.DEFAULT);
  }

  PairWorld(int paths, Security clientSecurity, Security serverSecurity) {
    this(paths, clientSecurity, serverSecurity, 0, Times.DEFAULT, RepairSettings.DEFAULT);
  }

  private PairWorld(
      int paths,
      Security clientSecurity,
      Security serverSecurity,
      int mtu,
      Times times,
      RepairSettings repairSettings) {
    this.mtu = mtu;
    this.times = times;
    this.repairSettings = repairSettings;
    this.clientSecurity = clientSecurity;
    this.serverSecurity = serverSecurity;
    client = new End(Side.CLIENT, 1);
    server = new End(Side.SERVER, 2);
    dark = new boolean[paths];
    dropEvery = new int[2][paths];
    sent = new int[2][paths];
    losing = new double[2][paths];
    slower = new long[paths];
    networks = new Network[2][paths];
    Arrays.stream(networks).forEach(each -> Arrays.fill(each, (Network) (_, _) -> 0));
    longest = new int[paths];
    Arrays.fill(longest, 1_500);
    session = client.endpoint.open(now, specs(paths));
  }

  /** The first so many paths. */
  List<Endpoint.PathSpec> specs(int paths) {
    return IntStream.range(0, paths).mapToObj(PairWorld::spec).toList();
  }

  /** A path of the world, as the client opens it. */
  static Endpoint.PathSpec spec(int path) {
    return new Endpoint.PathSpec("p" + path, path, address(SERVER_PORT + path));
  }

  static Security client(Mode mode) {
    StaticKeys own = StaticKeys.random(new SplittableRandom(4));
    return mode == Mode.PLAIN
        ? new PlainSecurity()
        : client(own, WELL_KNOWN, WELL_KNOWN.sharedPsk());
  }

  static SealedSecurity client(StaticKeys own, ServerKeys server, byte[] psk) {
    return SealedSecurity.initiator(new ClientKeys(own, server.own().publicKey(), psk), 256);
  }

  static Security server(Mode mode) {
    return mode == Mode.PLAIN
        ? new PlainSecurity()
        : SealedSecurity.responder(WELL_KNOWN, key -> null);
  }

  long now() {
    return now;
  }

  void dark(int path, boolean isDark) {
    dark[path] = isDark;
  }

  /** The path carries IP packets up to this length from now on. */
  void mtu(int path, int bytes) {
    longest[path] = bytes;
  }

  void dropEveryNth(int path, Side from, int n) {
    dropEvery[from.ordinal()][path] = n;
  }

  /** The path loses this share, 0 to 1, of what this side sends, by chance, the same each time. */
  void lose(int path, Side from, double share) {
    losing[from.ordinal()][path] = share;
  }

  /** The path takes so much longer than 10 ms each way. */
  void delay(int path, long millis) {
    slower[path] = TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** What the path makes of the marks of what this side sends on it from now on. */
  void network(int path, Side from, Network network) {
    networks[from.ordinal()][path] = network;
  }

  /** Nothing from this side arrives for so long, and then everything at once. */
  void stall(Side from, long millis) {
    stalledUntil[from.ordinal()] = now + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** This side reads what has arrived so much later. */
  void readLater(Side reader, long millis) {
    readsLater[reader.ordinal()] = TimeUnit.MILLISECONDS.toNanos(millis);
  }

  void restartServer() {
    server = new End(Side.SERVER, 3);
  }

  void restartClient() {
    client = new End(Side.CLIENT, 5);
  }

  /** From now on the client's packets on all paths come from other ports. */
  void rebindAll(int offset) {
    portOffset = offset;
  }

  /** What the server sent last, or null. */
  ByteBuffer lastFromServer() {
    return lastFromServer == null ? null : ByteBuffer.wrap(lastFromServer);
  }

  /** Somebody sends the packet, from the other end of this path or so he says. */
  void inject(End to, int path, byte[] packet) {
    int port = to.side == Side.CLIENT ? path : 0;
    InetSocketAddress source = address(to.side == Side.CLIENT ? SERVER_PORT + path : path);
    to.endpoint.onDatagram(now, port, source, ByteBuffer.wrap(packet.clone()));
  }

  void send(Flow flow, String text) {
    send(flow, text, 0);
  }

  void send(Flow flow, String text, int trafficClass) {
    client.endpoint.send(now, flow, utf8(text), trafficClass);
  }

  /** A datagram each millisecond. */
  void exchange(Flow flow, long millis) {
    for (long i = 0; i < millis; i++) {
      send(flow, "datagram " + i);
      runFor(1);
    }
  }

  List<Boolean> pathsUp(End end) {
    return end.endpoint.sessions().get(0).report().paths().stream().map(PathReport::up).toList();
  }

  void runFor(long millis) {
    long until = now + TimeUnit.MILLISECONDS.toNanos(millis);
    while (true) {
      long arrival = arrivals.isEmpty() ? Long.MAX_VALUE : arrivals.peek().atNanos();
      long next =
          Math.min(arrival, Math.min(client.endpoint.nextTimer(), server.endpoint.nextTimer()));
      if (next > until) {
        now = until;
        return;
      }
      now = Math.max(now, next);
      if (arrival <= now) {
        arrivals.remove().action().run();
      }
      client.endpoint.onTimer(now);
      server.endpoint.onTimer(now);
    }
  }

  /** Both machines sleep; what was on its way arrives when they wake up. */
  void suspend(long millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private End end(Side side) {
    return side == Side.CLIENT ? client : server;
  }

  private void at(long nanos, Runnable action) {
    arrivals.add(new Arrival(nanos, order++, action));
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static InetSocketAddress address(int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(new byte[] {10, 0, 0, 1}), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(Arrays.toString(e.getStackTrace()), e);
    }
  }
}
