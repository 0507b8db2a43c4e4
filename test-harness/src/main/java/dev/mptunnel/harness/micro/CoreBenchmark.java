package dev.mptunnel.harness.micro;

import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Output;
import dev.mptunnel.core.PlainSecurity;
import dev.mptunnel.core.SealedSecurity;
import dev.mptunnel.core.Security;
import dev.mptunnel.core.Session;
import dev.mptunnel.secret.SharedSeed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Both ends of a tunnel without sockets: a datagram is sent over three paths, its copies are copied
 * once as the kernel would, and the first is delivered. As with the native engine, datagrams come
 * in memory outside the heap. On simulated time, 100 µs for each datagram; pings and what they lead
 * to are in it.
 */
@State(Scope.Thread)
public class CoreBenchmark {

  private static final int PATHS = 3;
  private static final int CLIENT_PORT = 1_000;
  private static final int SERVER_PORT = 2_000;
  private static final long STEP_NANOS = 100_000;
  private static final int FULL_PACKET_BYTES = 2_048;
  private static final SharedSeed SECRET = SharedSeed.random(new SplittableRandom(1));

  /** How it is protected. */
  public enum Protection {
    SEALED,
    PLAIN;

    Security security(boolean isServer) {
      if (this == PLAIN) {
        return new PlainSecurity();
      }
      return isServer
          ? SealedSecurity.responder(SECRET.serverKeys(), _ -> null)
          : SealedSecurity.initiator(SECRET.clientKeys(new SplittableRandom(2)), 256);
    }
  }

  @Param public Protection protection;

  /** How long the datagram is. */
  @Param({"1400", "200"})
  public int bytes;

  private final Deque<Packet> underWay = new ArrayDeque<>();
  private final Deque<Packet> spare = new ArrayDeque<>();
  private final InetSocketAddress[] clientAddresses = addresses(1, CLIENT_PORT);
  private final InetSocketAddress[] serverAddresses = addresses(2, SERVER_PORT);
  private End client;
  private End server;
  private Flow flow;
  private ByteBuffer datagram;
  private long now = 1;

  /** A packet on its way, whose memory is used again. */
  private static final class Packet {
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(FULL_PACKET_BYTES);
    private End to;
    private int port;
    private InetSocketAddress source;
  }

  private final class End implements Output {

    private final boolean isServer;
    private final Endpoint endpoint;
    private long delivered;

    private End(boolean isServer) {
      this.isServer = isServer;
      endpoint =
          new Endpoint(
              EndpointSettings.defaults(isServer),
              protection.security(isServer),
              new SplittableRandom(isServer ? 3 : 4),
              this);
    }

    /** Path i joins the client's port i to the server's port i. */
    @Override
    public void transmit(int port, InetSocketAddress remote, ByteBuffer packet) {
      if (packet.remaining() > FULL_PACKET_BYTES) {
        return; // one that asks how long packets may be
      }
      Packet copy = spare.isEmpty() ? new Packet() : spare.pop();
      copy.bytes.clear().put(packet.duplicate()).flip();
      copy.to = isServer ? client : server;
      copy.port = remote.getPort() - (isServer ? CLIENT_PORT : SERVER_PORT);
      copy.source = isServer ? serverAddresses[port] : clientAddresses[port];
      underWay.add(copy);
    }

    @Override
    public void deliver(Flow to, ByteBuffer payload) {
      delivered++;
    }

    @Override
    public void event(Event event) {}
  }

  private static InetSocketAddress[] addresses(int host, int firstPort) {
    InetSocketAddress[] addresses = new InetSocketAddress[PATHS];
    for (int i = 0; i < PATHS; i++) {
      addresses[i] = new InetSocketAddress(InetAddress.ofLiteral("192.0.2." + host), firstPort + i);
    }
    return addresses;
  }

  /** Opens the session and lets a second pass, in which all paths come up. */
  @Setup(Level.Trial)
  public void start() {
    server = new End(true);
    client = new End(false);
    List<Endpoint.PathSpec> specs = new ArrayList<>();
    for (int i = 0; i < PATHS; i++) {
      specs.add(new Endpoint.PathSpec("path" + i, i, serverAddresses[i]));
    }
    Session session = client.endpoint.open(now, specs);
    flow = client.endpoint.openFlow(now, session);
    datagram = ByteBuffer.allocateDirect(bytes);
    for (int i = 0; i < 10_000; i++) {
      oneDatagram();
    }
    long before = server.delivered;
    if (oneDatagram() != before + 1 || spare.size() < PATHS) {
      throw new AssertionError("a datagram did not arrive once, by three paths");
    }
  }

  @Benchmark
  public long oneDatagram() {
    now += STEP_NANOS;
    client.endpoint.send(now, flow, datagram.clear());
    while (!underWay.isEmpty()) {
      Packet packet = underWay.remove();
      packet.to.endpoint.onDatagram(now, packet.port, packet.source, packet.bytes);
      spare.push(packet);
    }
    tick(client.endpoint);
    tick(server.endpoint);
    return server.delivered;
  }

  private void tick(Endpoint endpoint) {
    if (endpoint.nextTimer() <= now) {
      endpoint.onTimer(now);
    }
  }
}
