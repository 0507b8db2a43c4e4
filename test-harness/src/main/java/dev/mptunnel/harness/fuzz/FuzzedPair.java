package dev.mptunnel.harness.fuzz;

import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Output;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.RepairReport;
import dev.mptunnel.core.Session;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.core.TargetNames;
import dev.mptunnel.core.TrafficClass;
import dev.mptunnel.wire.Limits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * A client and a server in a session over a few paths, on simulated time. What they send waits in
 * {@link #inFlight} until somebody says what becomes of it. All the while it is checked that
 *
 * <ul>
 *   <li>nothing is delivered that was not sent, or oftener than it was sent, or marked otherwise
 *       than networks may have changed it;
 *   <li>a stranger is sent no more bytes than came from him;
 *   <li>sessions, flows and paths stay within their limits, and figures within their ranges;
 *   <li>no timer wants to be called again at once.
 * </ul>
 *
 * <p>Whoever knows the numbers that plain mode's check sums start from can forge packets. What is
 * forged so, and opens, counts as sent, and its sender as no stranger. In sealed mode nobody can.
 */
final class FuzzedPair {

  static final int PATHS = 2;

  /** Where nobody answers, but packets come from. */
  static final InetSocketAddress STRANGER = address(9, 666);

  /** A target of the server's beside the fixed one. */
  private static final String TARGET = "wg";

  private static final int MAX_SESSIONS = 2;

  /** What may wait for its order, and be kept to be sent again, in bytes each. */
  private static final int MAX_KEPT_BYTES = 32 << 20;

  private static final int MAX_FLOWS = 3;
  private static final int MAX_IN_FLIGHT = 64;
  private static final int MAX_SETTLING_PACKETS = 500;
  private static final int SERVER_PORT = 2000;
  private static final int CLIENT_PORT = 1000;
  private static final long PROBE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long RECOVERY_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** A packet on its way. */
  record Packet(End to, int port, InetSocketAddress source, byte[] bytes) {
    Packet with(byte[] others) {
      return new Packet(to, port, source, others);
    }

    Packet from(InetSocketAddress other) {
      return new Packet(to, port, other, bytes);
    }
  }

  private record Datagram(int flow, ByteBuffer payload) {}

  final List<Packet> inFlight = new ArrayList<>();
  final End client = new End(false);
  final End server = new End(true);
  private final PacketKeys keys;
  private final InetSocketAddress[] clientAddresses = new InetSocketAddress[PATHS];
  private int lives;
  private int rebindings;
  private int flowsOpened;
  private Session session;
  private boolean forged;
  private long now = 1;

  FuzzedPair(PacketKeys keys) {
    this.keys = keys;
    for (int path = 0; path < PATHS; path++) {
      clientAddresses[path] = address(2, CLIENT_PORT + path);
    }
    startServer();
    startClient();
    settle();
    sendUp(0, new byte[] {1});
    settle();
    Must.equal(1, server.flows.size(), "flows at the server");
  }

  /** One of the two, through its lives. */
  final class End implements Output {

    private final boolean isServer;
    private Endpoint endpoint;
    private final List<Flow> flows = new ArrayList<>();
    private final Set<ByteBuffer> sent = new HashSet<>();
    private final Map<Datagram, Integer> due = new HashMap<>();
    private long delivered;
    private long fromStrangerBytes;
    private long toStrangerBytes;

    private End(boolean isServer) {
      this.isServer = isServer;
    }

    private End other() {
      return isServer ? client : server;
    }

    private void live() {
      EndpointSettings usual = EndpointSettings.defaults(isServer);
      EndpointSettings settings =
          new EndpointSettings(
              isServer,
              usual.pingNanos(),
              usual.pingIdleNanos(),
              usual.pathTimeoutNanos(),
              usual.flowTimeoutNanos(),
              usual.sessionTimeoutNanos(),
              MAX_FLOWS,
              MAX_SESSIONS,
              usual.maxSessionsPerClient(),
              usual.mtuBytes(),
              usual.keySettings(),
              usual.repairSettings());
      flows.clear();
      SplittableRandom random = new SplittableRandom(lives++);
      endpoint = new Endpoint(settings, keys.security(isServer), random, this);
      if (isServer) {
        endpoint.offer(new TargetNames(true, Set.of(TARGET)));
      }
    }

    @Override
    public void transmit(int port, InetSocketAddress remote, ByteBuffer packet) {
      Must.hold(packet.remaining() <= Limits.MAX_PACKET_BYTES, "a packet of " + packet.remaining());
      byte[] bytes = new byte[packet.remaining()];
      packet.get(packet.position(), bytes);
      sent.add(ByteBuffer.wrap(bytes));
      keys.learn(bytes);
      if (remote.equals(STRANGER)) {
        toStrangerBytes += bytes.length;
        Must.hold(
            forged || toStrangerBytes <= fromStrangerBytes,
            toStrangerBytes + " bytes to a stranger who sent " + fromStrangerBytes);
        return;
      }
      if (inFlight.size() == MAX_IN_FLIGHT) {
        inFlight.removeFirst();
      }
      int remotePort = isServer ? List.of(clientAddresses).indexOf(remote) : remote.getPort();
      if (!isServer) {
        inFlight.add(new Packet(server, remotePort - SERVER_PORT, clientAddresses[port], bytes));
      } else if (remotePort >= 0) {
        inFlight.add(new Packet(client, remotePort, serverAddress(port), bytes));
      }
    }

    @Override
    public void deliver(Flow flow, ByteBuffer payload) {
      deliver(flow, payload, 0);
    }

    @Override
    public void deliver(Flow flow, ByteBuffer payload, int trafficClass) {
      byte[] bytes = new byte[payload.remaining()];
      payload.get(payload.position(), bytes);
      Datagram datagram = new Datagram(flow.id(), ByteBuffer.wrap(bytes));
      Integer left = due.computeIfPresent(datagram, (_, times) -> times - 1);
      Must.hold(left != null && left >= 0, "delivered to " + flow + " what was not sent to it");
      Must.hold(forged || mayBecome(trafficClass(bytes), trafficClass), "marked " + trafficClass);
      delivered++;
    }

    @Override
    public void event(Event event) {
      switch (event) {
        case Event.FlowOpened(Flow flow) -> flows.add(flow);
        case Event.FlowClosed(Flow flow) -> flows.remove(flow);
        default -> {}
      }
    }

    private void send(Flow flow, byte[] payload) {
      other().expect(flow.id(), payload);
      Memory.handOver(
          payload, datagram -> endpoint.send(now, flow, datagram, trafficClass(payload)));
    }

    private void expect(int flow, byte[] payload) {
      due.merge(new Datagram(flow, ByteBuffer.wrap(payload)), 1, Integer::sum);
    }
  }

  // --- what may happen ---

  /** A packet arrives. */
  void arrive(Packet packet) {
    End to = packet.to;
    ByteBuffer bytes = ByteBuffer.wrap(packet.bytes);
    if (!to.other().sent.contains(bytes)) {
      forged |= keys.opens(packet.bytes, to.isServer, to::expect);
      keys.learn(packet.bytes);
    }
    if (packet.source.equals(STRANGER)) {
      to.fromStrangerBytes += packet.bytes.length;
    }
    // What networks make of it follows from its bytes too, the same on all paths.
    int outer = packet.bytes.length == 0 ? 0 : packet.bytes[packet.bytes.length - 1] & 0xff;
    Memory.handOver(
        packet.bytes,
        datagram -> to.endpoint.onDatagram(now, now, outer, packet.port, packet.source, datagram));
  }

  /** What a datagram is marked with follows from what is in it. */
  private static int trafficClass(byte[] payload) {
    return payload.length == 0 ? 0 : payload[0] & 0xff;
  }

  /** Whether a datagram that was marked so may be so when it is delivered. */
  private static boolean mayBecome(int sent, int delivered) {
    int before = sent & TrafficClass.ECN;
    int after = delivered & TrafficClass.ECN;
    boolean isMarked = before != TrafficClass.NOT_ECT && after == TrafficClass.CE;
    boolean isL4s = before == TrafficClass.ECT_0 && after == TrafficClass.ECT_1;
    boolean isSameDscp = ((sent ^ delivered) & TrafficClass.DSCP) == 0;
    return isSameDscp && (before == after || isMarked || isL4s);
  }

  /** Everything in flight arrives, and what is sent in answer, and so on. */
  void settle() {
    for (int i = 0; i < MAX_SETTLING_PACKETS && !inFlight.isEmpty(); i++) {
      arrive(inFlight.removeFirst());
    }
  }

  /** Time passes; what is sent meanwhile stays in flight. */
  void pass(long nanos) {
    long until = now + nanos;
    while (true) {
      long next = Math.min(client.endpoint.nextTimer(), server.endpoint.nextTimer());
      if (next > until) {
        now = until;
        return;
      }
      now = Math.max(now, next);
      client.endpoint.onTimer(now);
      server.endpoint.onTimer(now);
      Must.hold(client.endpoint.nextTimer() > now, "the client's timer stands still");
      Must.hold(server.endpoint.nextTimer() > now, "the server's timer stands still");
    }
  }

  /** On a new flow, if the others have been forgotten. */
  void sendUp(int flow, byte[] payload) {
    if (client.flows.isEmpty()) {
      openFlow(false);
    }
    client.send(client.flows.get(flow % client.flows.size()), payload);
  }

  /** Does nothing while the client has opened no flow there. */
  void sendDown(int flow, byte[] payload) {
    if (!server.flows.isEmpty()) {
      server.send(server.flows.get(flow % server.flows.size()), payload);
    }
  }

  /** Every other one wants its order, the first one too. */
  void openFlow(boolean named) {
    boolean ordered = flowsOpened++ % 2 == 0;
    client.flows.add(client.endpoint.openFlow(now, session, named ? TARGET : null, ordered));
  }

  /** The server is there anew, without memory, with or without a farewell. */
  void restartServer(boolean orderly) {
    if (orderly) {
      server.endpoint.close();
    }
    startServer();
  }

  void restartClient(boolean orderly) {
    if (orderly) {
      client.endpoint.close();
    }
    startClient();
  }

  /** A NAT gives one of the client's paths another address. */
  void rebind(int path) {
    clientAddresses[path] = address(2, CLIENT_PORT + ++rebindings * PATHS + path);
  }

  /** The client is told that a path leads to another of the server's addresses. */
  void redirect(int path, int serverPort) {
    client.endpoint.redirect(now, session, path, serverAddress(serverPort));
  }

  /** Whether the packet is, or would be, the client's. */
  boolean isFromInitiator(Packet packet) {
    return packet.to.isServer;
  }

  /** A packet that goes where another does, sealed under the newest epoch. */
  Packet forge(Packet like, byte[] headerAndFrames) {
    return like.with(keys.seal(headerAndFrames));
  }

  long sessionId() {
    return session.id();
  }

  /** The newest epoch that a handshake has been answered for. */
  int epoch() {
    return keys.newestEpoch();
  }

  private void startServer() {
    server.live();
  }

  private void startClient() {
    client.live();
    List<Endpoint.PathSpec> specs = new ArrayList<>();
    for (int path = 0; path < PATHS; path++) {
      specs.add(new Endpoint.PathSpec("p" + path, path, serverAddress(path)));
    }
    session = client.endpoint.open(now, specs);
    openFlow(false);
  }

  // --- what must hold ---

  /** After every step. */
  void checkLimits() {
    Must.equal(1, client.endpoint.sessions().size(), "sessions of the client");
    Must.hold(server.endpoint.sessions().size() <= MAX_SESSIONS, "too many sessions");
  }

  /** At the end: percentiles take their time. */
  void checkFigures() {
    for (End end : new End[] {client, server}) {
      Must.hold(end.endpoint.heldBytes() <= MAX_KEPT_BYTES, "too much waits for its order");
      Must.hold(end.endpoint.sentBytes() <= MAX_KEPT_BYTES, "too much is kept to be sent again");
    }
    client.endpoint.sessions().forEach(each -> check(each.report()));
    server.endpoint.sessions().forEach(each -> check(each.report()));
  }

  private static void check(SessionReport report) {
    Must.hold(report.flows() <= MAX_FLOWS, "too many flows");
    Must.hold(report.paths().size() <= Limits.MAX_PATHS, "too many paths");
    checkShare(report.lossIn());
    checkShare(report.lossOut());
    for (PathReport path : report.paths()) {
      checkShare(path.lossIn());
      checkShare(path.lossOut());
      Must.hold(path.rttP50Micros() >= 0, "a negative round trip");
      Must.hold(path.rttP50Micros() <= path.rttP99Micros(), "percentiles in disorder");
      Must.hold(path.saves() >= 0 && path.saves() <= path.wins(), "saves without wins");
    }
    RepairReport repair = report.repair();
    Must.hold(repair.repaired() + repair.needless() <= repair.asked(), "answers to no question");
    Must.hold(repair.givenUp() + repair.rebuilt() <= repair.holes(), "more ended than missing");
    Must.hold(repair.withheld() <= repair.givenUp(), "more withheld than given up");
    Must.hold(repair.spentBytes() <= repair.sentBytes(), "more spent than sent");
  }

  private static void checkShare(double share) {
    Must.hold(Double.isNaN(share) || (share >= 0 && share <= 1), "a share of " + share);
  }

  /**
   * The paths are good from now on: unless something was forged, datagrams must soon pass both
   * ways. Where the server is full of sessions of clients that were killed, these expire first.
   */
  void checkRecovery() {
    if (forged) {
      return;
    }
    settle();
    boolean hasPlace =
        server.endpoint.sessions().size() < MAX_SESSIONS
            || server.endpoint.sessions().stream().anyMatch(each -> each.id() == session.id());
    long limit = hasPlace ? RECOVERY_NANOS : RECOVERY_NANOS + TimeUnit.SECONDS.toNanos(61);
    long until = now + limit;
    long up = server.delivered;
    long down = client.delivered;
    do {
      Must.hold(now < until, "nothing passes though all is well");
      sendUp(0, new byte[] {2});
      settle();
      Flow asked = client.flows.getFirst();
      server.flows.stream()
          .filter(flow -> flow.session().id() == session.id() && flow.id() == asked.id())
          .findFirst()
          .ifPresent(flow -> server.send(flow, new byte[] {3}));
      settle();
      pass(PROBE_NANOS);
    } while (server.delivered == up || client.delivered == down);
  }

  private static InetSocketAddress serverAddress(int port) {
    return address(1, SERVER_PORT + port);
  }

  private static InetSocketAddress address(int host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("10.0.0." + host), port);
  }
}
