package dev.mptunnel.harness.world;

import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.Endpoint.PathSpec;
import dev.mptunnel.core.EndpointSettings;
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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * A server that answers every datagram, its clients, each with three good paths of 50 ms there and
 * back, and strangers, who send from any address they like. What a stranger is answered, he is
 * answered at once; whatever else goes to a stranger's address is an error.
 */
final class Crowd {

  static final int PATHS = 3;
  static final long RTT_NANOS = 50_000_000;
  static final InetSocketAddress SERVER = new InetSocketAddress("192.0.2.1", 2_000);

  /** All strangers' addresses begin with this, and nobody else's. */
  private static final int STRANGERS = 0x6400_0000; // 100.0.0.0

  /** What is seen of the packets on the way. */
  interface Wire {

    Wire UNSEEN = new Wire() {};

    /** A packet that is not forged has reached its node. */
    default void beforeArrival(InetSocketAddress source, byte[] packet) {}

    /** A node sends a packet. */
    default void onTransmit(InetSocketAddress remote, ByteBuffer packet) {}
  }

  private final Seed seed;
  private final Wire wire;
  private final SimNetwork network;
  private final ServerKeys secret;
  private final Member server;
  private final LinkProperties line = LinkProperties.parse("delay=25ms");
  private final byte[] lastAnswer = new byte[200];
  private InetSocketAddress forging;
  private int answerBytes;

  Crowd(Seed seed, Wire wire) {
    this.seed = seed;
    this.wire = wire;
    network =
        new SimNetwork(
            SimTunnel.START_NANOS, new Trace(0, packet -> ""), (node, at, intact, packet) -> {});
    byte[] bytes = new byte[20];
    seed.part("secret").generator().nextBytes(bytes);
    secret = ServerKeys.of(bytes);
    server = new Member(0, true);
    network.bind(server, 0, SERVER);
  }

  SimNetwork network() {
    return network;
  }

  ServerKeys secret() {
    return secret;
  }

  Member server() {
    return server;
  }

  /** Starts a client; it has a session, which opens in a while, and a flow. */
  Member startClient(int number) {
    Member client = new Member(number, false);
    List<PathSpec> specs = new ArrayList<>();
    for (int path = 0; path < PATHS; path++) {
      InetSocketAddress own = clientAddress(number, path);
      network.bind(client, path, own);
      network.link(own, SERVER, link("up", number, path));
      network.link(SERVER, own, link("down", number, path));
      specs.add(new PathSpec("p" + path, path, SERVER));
    }
    client.session = client.endpoint.open(network.nowNanos(), specs);
    client.flow = client.endpoint.openFlow(network.nowNanos(), client.session);
    return client;
  }

  /** From now on what is sent to a client's path goes nowhere, and what it sends arrives. */
  void cut(InetSocketAddress client) {
    LinkModel down = link("cut", client.getPort(), 0);
    down.setDown(true);
    network.link(SERVER, client, down);
  }

  private LinkModel link(String way, int number, int path) {
    Seed part = seed.part(way).part((long) number * PATHS + path);
    return new LinkModel(line, part.generator(), network.nowNanos());
  }

  /** Where a client is on a path. */
  static InetSocketAddress clientAddress(int number, int path) {
    return new InetSocketAddress("10.0." + path + "." + (1 + number), 40_000 + path);
  }

  /** One of 2<sup>24</sup> addresses of strangers. */
  static InetSocketAddress stranger(int number) {
    byte[] bytes = ByteBuffer.allocate(4).putInt(STRANGERS | (number & 0xff_ffff)).array();
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(bytes), 1_024 + Math.floorMod(number, 60_000));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isStranger(InetSocketAddress address) {
    return ByteBuffer.wrap(address.getAddress().getAddress()).getInt() >>> 24 == STRANGERS >>> 24;
  }

  /**
   * Somebody sends a datagram to a node, where it is at once.
   *
   * @param source where he says that he is
   * @return the bytes with which the node answered him; no more than he sent
   */
  int forge(InetSocketAddress source, InetSocketAddress to, byte[] datagram) {
    forging = source;
    answerBytes = 0;
    network.inject(source, to, datagram, false);
    forging = null;
    if (answerBytes > datagram.length) {
      throw new AssertionError(answerBytes + " bytes answer " + datagram.length);
    }
    return answerBytes;
  }

  /** The packet with which somebody was answered last. */
  byte[] lastAnswer() {
    return lastAnswer.clone();
  }

  private void onTransmit(InetSocketAddress remote, ByteBuffer packet) {
    if (forging != null) {
      if (!remote.equals(forging)) {
        throw new AssertionError("what " + forging + " sends is answered to " + remote);
      }
      answerBytes += packet.remaining();
      packet.get(packet.position(), lastAnswer, 0, Math.min(packet.remaining(), lastAnswer.length));
    } else if (isStranger(remote)) {
      throw new AssertionError("a packet for " + remote + ", who has sent nothing just now");
    }
    wire.onTransmit(remote, packet);
  }

  /** An endpoint, with what it was given and what it gave. */
  final class Member implements SimNode, Output {

    private final Endpoint endpoint;
    private final int number;
    private final Map<Integer, BitSet> delivered = new HashMap<>();
    private final List<Event> events = new ArrayList<>();
    private Session session;
    private Flow flow;
    private int sent;
    private long firstDeliveryNanos = NEVER;

    private Member(int number, boolean isServer) {
      this.number = number;
      RandomGenerator random = seed.part("member").part(number).generator();
      endpoint =
          new Endpoint(
              EndpointSettings.defaults(isServer),
              isServer ? Mode.AES_256.server(secret) : Mode.AES_256.client(secret, random),
              random,
              this);
    }

    Endpoint endpoint() {
      return endpoint;
    }

    Session session() {
      return session;
    }

    List<Event> events() {
      return events;
    }

    /** How many datagrams the client's application has sent. */
    int sent() {
      return sent;
    }

    /** The client's application sends its next datagram. */
    void send() {
      ByteBuffer payload = ByteBuffer.allocate(8).putInt(number).putInt(sent++).flip();
      endpoint.send(network.nowNanos(), flow, payload);
    }

    /** How many different datagrams of this client were delivered here. */
    int delivered(Member client) {
      return delivered.getOrDefault(client.number, new BitSet()).cardinality();
    }

    /** When a datagram of a client that had none was delivered here last. */
    long firstDeliveryNanos() {
      return firstDeliveryNanos;
    }

    @Override
    public void onDatagram(long now, int port, InetSocketAddress source, ByteBuffer datagram) {
      byte[] packet = new byte[datagram.remaining()];
      datagram.get(datagram.position(), packet);
      if (forging == null) {
        wire.beforeArrival(source, packet);
      }
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
      Crowd.this.onTransmit(remote, packet);
      network.send(this, port, remote, packet);
    }

    @Override
    public void deliver(Flow from, ByteBuffer payload) {
      if (forging != null || payload.remaining() != 8) {
        throw new AssertionError("delivered what no client's application has sent");
      }
      int sender = payload.getInt();
      int sequence = payload.getInt();
      BitSet its = delivered.computeIfAbsent(sender, key -> new BitSet());
      if (its.isEmpty()) {
        firstDeliveryNanos = network.nowNanos();
      }
      if (its.get(sequence)) {
        throw new AssertionError("delivered twice");
      }
      its.set(sequence);
      if (this == server) { // answers, once this is over
        ByteBuffer answer = ByteBuffer.allocate(8).putInt(sender).putInt(sequence).flip();
        network.at(network.nowNanos(), () -> endpoint.send(network.nowNanos(), from, answer));
      }
    }

    @Override
    public void event(Event event) {
      events.add(event);
    }
  }
}
