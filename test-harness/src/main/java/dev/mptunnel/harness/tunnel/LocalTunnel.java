package dev.mptunnel.harness.tunnel;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.bridge.Relay;
import dev.mptunnel.client.Client;
import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.CipherChoice;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.ClientProxy;
import dev.mptunnel.config.ClientSecurity;
import dev.mptunnel.config.ClientTcp;
import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.Passenger;
import dev.mptunnel.config.Protection;
import dev.mptunnel.config.Protocol;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.config.ServerSecurity;
import dev.mptunnel.config.ServerTcp;
import dev.mptunnel.config.SessionSettings;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.config.TcpSettings;
import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.emulator.UdpLink;
import dev.mptunnel.harness.link.LinkModel;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.load.PathLedger;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.loop.KernelDrops;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.secret.SharedSeed;
import dev.mptunnel.server.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * A whole tunnel on loopback: mpserver in front of a target, and for each line an emulated link and
 * one of our bridges, joined by mpclient.
 *
 * <pre>
 *  application -- mpclient -- link 1 -- bridge 1 -- mpserver -- target
 *                         `-- link n -- bridge n --'
 * </pre>
 */
public final class LocalTunnel implements AutoCloseable {

  /** The stream that a sealed tunnel must carry alone, so that its {@link #ledger} can count. */
  public static final int STREAM = 1;

  private static final Duration START_LIMIT = Duration.ofSeconds(20);
  private static final int ETHERNET_MTU = 1_500;
  private static final int BUFFER_BYTES = 4 << 20;
  private static final SessionSettings SESSIONS =
      new SessionSettings(
          TimeUnit.MILLISECONDS.toNanos(250),
          TimeUnit.SECONDS.toNanos(5),
          TimeUnit.SECONDS.toNanos(2),
          0,
          RepairSettings.DEFAULT,
          TimeUnit.MINUTES.toNanos(5),
          256);

  private final Map<String, List<Long>> threads = new HashMap<>();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final SharedSeed secret;
  private final SocketSettings sockets;
  private final PathLedger ledger;
  private final List<LinkProperties> lines = new ArrayList<>();
  private final List<UdpLink> links = new ArrayList<>();
  private final List<InetSocketAddress> listening = new ArrayList<>();
  private Server server;
  private Client client;

  private LocalTunnel(SharedSeed secret, int carried) {
    this.secret = secret;
    sockets = new SocketSettings(BUFFER_BYTES, 0, carried, EngineChoice.AUTO, 0);
    ledger = secret == null ? new PathLedger() : PathLedger.ofSealed(STREAM);
  }

  /** How a server is secured that has this secret; without one, plain. */
  static ServerSecurity serverSecurity(SharedSeed secret) {
    Protection protection = secret == null ? Protection.PLAIN : Protection.KEYED;
    return new ServerSecurity(protection, secret, null, 16, List.of());
  }

  /** The same of a client. */
  static ClientSecurity clientSecurity(SharedSeed secret) {
    Protection protection = secret == null ? Protection.PLAIN : Protection.KEYED;
    return new ClientSecurity(protection, secret, CipherChoice.AES_256_GCM, List.of());
  }

  /**
   * Starts a tunnel.
   *
   * @param loop what the links run on
   * @param lines the links, alike in both directions
   * @param sealed whether it is in sealed mode, and else in plain mode
   * @param seed where their losses come from
   */
  public static LocalTunnel start(
      DatagramLoop loop,
      InetSocketAddress target,
      List<LinkProperties> lines,
      boolean sealed,
      Seed seed)
      throws IOException {
    RandomGenerator secrets = seed.part("secret").generator();
    LocalTunnel tunnel = new LocalTunnel(sealed ? SharedSeed.random(secrets) : null, 0);
    try {
      tunnel.startServer(target);
      List<BridgeLine> bridges = new ArrayList<>();
      tunnel.lines.addAll(lines);
      for (int i = 0; i < lines.size(); i++) {
        UdpLink link = tunnel.startLine(loop, lines.get(i), seed.part(i));
        bridges.add(new BridgeLine(hostPort(link.address()), "line " + (i + 1), null));
      }
      tunnel.startClient(bridges);
      return tunnel;
    } catch (IOException | RuntimeException e) {
      tunnel.close();
      throw e;
    }
  }

  /**
   * Starts a tunnel without links: the client sends to the bridges.
   *
   * @param secret as hosts share it, or null for plain mode
   * @param carried what of the datagrams' marks all programs carry
   */
  static LocalTunnel direct(InetSocketAddress target, int bridges, SharedSeed secret, int carried)
      throws IOException {
    LocalTunnel tunnel = new LocalTunnel(secret, carried);
    try {
      tunnel.startServer(target);
      List<BridgeLine> lines = new ArrayList<>();
      for (int i = 0; i < bridges; i++) {
        HostPort bridge = hostPort(tunnel.startBridge().listening().getFirst());
        lines.add(new BridgeLine(bridge, "line " + (i + 1), null));
      }
      tunnel.startClient(lines);
      return tunnel;
    } catch (IOException | RuntimeException e) {
      tunnel.close();
      throw e;
    }
  }

  private void startServer(InetSocketAddress target) throws IOException {
    server =
        Server.start(
            engine("mpserver"),
            new ServerConfig(
                List.of(new HostPort("127.0.0.1", 0)),
                hostPort(target),
                Collections.emptySortedMap(),
                serverSecurity(secret),
                SESSIONS,
                TimeUnit.SECONDS.toNanos(60),
                1024,
                sockets,
                1,
                Protocol.UDP,
                ServerTcp.to(Collections.emptySortedMap()),
                AccessRules.NONE));
    open.push(server);
    listening.addAll(server.listening());
  }

  private Relay startBridge() throws IOException {
    BridgeConfig config =
        new BridgeConfig(
            List.of(new HostPort("127.0.0.1", 0)),
            List.of(hostPort(server.listening().getFirst())),
            TimeUnit.MINUTES.toNanos(2),
            4096,
            sockets,
            1,
            Protocol.UDP,
            TcpSettings.DEFAULT);
    Relay bridge = Relay.start(engine("bridge"), config);
    open.push(bridge);
    listening.addAll(bridge.listening());
    return bridge;
  }

  private UdpLink startLine(DatagramLoop loop, LinkProperties line, Seed seed) throws IOException {
    Relay bridge = startBridge();
    long now = System.nanoTime();
    UdpLink link =
        UdpLink.open(
            loop,
            new InetSocketAddress("127.0.0.1", 0),
            bridge.listening().getFirst(),
            new LinkModel(line, seed.part("up").generator(), now),
            new LinkModel(line, seed.part("down").generator(), now),
            ledger.observer());
    open.push(link::close);
    links.add(link);
    return link;
  }

  private void startClient(List<BridgeLine> bridges) throws IOException {
    client =
        Client.start(
            engine("mpclient"),
            new ClientConfig(
                List.of(new HostPort("127.0.0.1", 0)),
                Collections.emptySortedMap(),
                Passenger.ANY,
                Collections.emptySortedMap(),
                bridges,
                clientSecurity(secret),
                SESSIONS,
                sockets,
                ClientTcp.NONE,
                ClientProxy.NONE));
    open.push(client);
    listening.addAll(client.listening());
  }

  private DatagramEngine engine(String name) throws IOException {
    DatagramEngine engine = Engines.open(EngineChoice.AUTO, name);
    open.push(engine);
    long thread = engine.call(() -> Thread.currentThread().threadId()).join();
    threads.computeIfAbsent(name, _ -> new ArrayList<>()).add(thread);
    return engine;
  }

  private static HostPort hostPort(InetSocketAddress address) {
    return new HostPort(address.getAddress().getHostAddress(), address.getPort());
  }

  /** Waits until every path has answered, and both ends know how long a packet it carries. */
  public void awaitPaths() {
    Await.until("every path to answer", START_LIMIT, () -> isKnown(clientReport().paths()));
    Await.until("the server to know every path", START_LIMIT, () -> isKnown(serverReport()));
  }

  private boolean isKnown(List<PathReport> paths) {
    return paths.size() == lines.size()
        && paths.stream()
            .allMatch(
                path -> {
                  int lineBytes = lines.get(path.id()).mtuBytes();
                  int wantedBytes = lineBytes == 0 ? ETHERNET_MTU : lineBytes;
                  return path.rttP50Micros() > 0 && path.mtuBytes() >= wantedBytes;
                });
  }

  /** Where applications send to. */
  public InetSocketAddress entry() {
    return client.listening().getFirst();
  }

  /** The threads of the programs of this name: mpclient, bridge or mpserver. */
  public List<Long> threads(String program) {
    return threads.get(program);
  }

  /** What the links let through. */
  public PathLedger ledger() {
    return ledger;
  }

  /** The links, in the order of the lines. */
  public List<UdpLink> links() {
    return links;
  }

  /** What mpclient says of itself. */
  public SessionReport clientReport() {
    return client.report().join();
  }

  /** What mpserver says of the paths of its one client; empty while it has none. */
  public List<PathReport> serverReport() {
    List<SessionReport> sessions = server.reports().join();
    return sessions.isEmpty() ? List.of() : sessions.getFirst().paths();
  }

  /**
   * Datagrams that the kernel dropped since nobody read them in time, at the links' sockets and
   * where the programs listen.
   */
  public long kernelDrops() {
    return links.stream().mapToLong(link -> link.kernelDrops() + link.refused()).sum()
        + listening.stream().mapToLong(KernelDrops::of).sum();
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
