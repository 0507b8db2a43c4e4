package dev.mptunnel.harness.tunnel;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.bridge.Relay;
import dev.mptunnel.client.Client;
import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.ClientProxy;
import dev.mptunnel.config.ClientTcp;
import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.OverTcp;
import dev.mptunnel.config.Passenger;
import dev.mptunnel.config.Protocol;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.config.ServerTcp;
import dev.mptunnel.config.SessionSettings;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.config.TcpSettings;
import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.emulator.UdpLink;
import dev.mptunnel.harness.link.LinkModel;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.secret.SharedSeed;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A whole tunnel for TCP on loopback, whose lines can be cut.
 *
 * <pre>
 *  application -- mpclient -- line 1 -- bridge 1 -- mpserver -- target
 *                         `-- line n -- bridge n --'
 * </pre>
 */
final class TcpTunnel implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final SocketSettings SOCKETS = new SocketSettings(1 << 20, EngineChoice.AUTO);
  private static final SessionSettings SESSIONS =
      new SessionSettings(
          TimeUnit.MILLISECONDS.toNanos(100),
          TimeUnit.SECONDS.toNanos(1),
          TimeUnit.SECONDS.toNanos(2),
          0,
          RepairSettings.DEFAULT,
          TimeUnit.MINUTES.toNanos(5),
          256);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final SharedSeed secret;
  private final int datagramTarget;
  private final boolean hasUdp;
  private final Duration patience;
  private final int tunnelsOfLine;
  private final SortedMap<String, HostPort> targets = new TreeMap<>();
  private final HostPort serverPlace = new HostPort("127.0.0.1", FreePorts.next());
  private final List<TcpLine> lines = new ArrayList<>();
  private final List<BridgeLine> bridgeLines = new ArrayList<>();
  private final DatagramLoop loop;
  private Server server;
  private Client client;

  /** The server, and its engine. */
  private record Server(DatagramEngine engine, dev.mptunnel.server.Server it) {}

  /**
   * Starts a tunnel and waits until all its TCP tunnels are up.
   *
   * @param targets by name; the fixed one's is empty
   * @param sealed whether it is in sealed mode, and else in plain mode
   */
  TcpTunnel(
      SortedMap<String, InetSocketAddress> targets,
      int lineCount,
      int tunnelsOfLine,
      boolean sealed)
      throws IOException {
    this(targets, 9, lineCount, tunnelsOfLine, sealed, true, PATIENCE);
  }

  private TcpTunnel(
      SortedMap<String, InetSocketAddress> targets,
      int datagramTarget,
      int lineCount,
      int tunnelsOfLine,
      boolean sealed,
      boolean hasUdp,
      Duration patience)
      throws IOException {
    this.datagramTarget = datagramTarget;
    this.hasUdp = hasUdp;
    this.patience = patience;
    this.tunnelsOfLine = tunnelsOfLine;
    secret = sealed ? SharedSeed.random(Seed.ofRun().part("secret").generator()) : null;
    targets.forEach(
        (name, address) -> this.targets.put(name, new HostPort("127.0.0.1", address.getPort())));
    loop = opened(DatagramLoop.start("lines"));
    try {
      startServer();
      for (int i = 0; i < lineCount; i++) {
        addLine();
      }
      startClient();
      awaitTunnels();
    } catch (IOException | RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  /** With a fixed target only. */
  static TcpTunnel to(TcpTarget target, int lineCount, int tunnelsOfLine) throws IOException {
    return new TcpTunnel(fixed(target), lineCount, tunnelsOfLine, true);
  }

  /** The same, whose connections wait no longer than this where there is no tunnel. */
  static TcpTunnel impatient(TcpTarget target, Duration patience) throws IOException {
    return new TcpTunnel(fixed(target), 9, 1, 2, true, true, patience);
  }

  /** One whose line lets no UDP through. */
  static TcpTunnel withoutUdp(TcpTarget target, int datagramTarget) throws IOException {
    return new TcpTunnel(fixed(target), datagramTarget, 1, 2, true, false, PATIENCE);
  }

  private static SortedMap<String, InetSocketAddress> fixed(TcpTarget target) {
    SortedMap<String, InetSocketAddress> targets = new TreeMap<>();
    targets.put("", target.address());
    return targets;
  }

  /** Starts mpserver, again after {@link #stopServer}. */
  void startServer() throws IOException {
    DatagramEngine engine = Engines.open(EngineChoice.AUTO, "mpserver");
    ServerConfig config =
        new ServerConfig(
            List.of(serverPlace),
            new HostPort("127.0.0.1", datagramTarget),
            Collections.emptySortedMap(),
            LocalTunnel.serverSecurity(secret),
            SESSIONS,
            TimeUnit.SECONDS.toNanos(60),
            1_024,
            SOCKETS,
            2,
            Protocol.BOTH,
            new ServerTcp(targets, patience.toNanos(), TcpSettings.DEFAULT),
            AccessRules.NONE);
    server = new Server(engine, dev.mptunnel.server.Server.start(engine, config));
  }

  /** Stops mpserver in order. */
  void stopServer() {
    server.it().close();
    server.engine().close();
    server = null;
  }

  private void addLine() throws IOException {
    int bridgePort = FreePorts.next();
    BridgeConfig config =
        new BridgeConfig(
            List.of(new HostPort("127.0.0.1", bridgePort)),
            List.of(serverPlace),
            TimeUnit.MINUTES.toNanos(2),
            4_096,
            SOCKETS,
            1,
            Protocol.BOTH,
            TcpSettings.DEFAULT);
    opened(Relay.start(opened(Engines.open(EngineChoice.AUTO, "bridge")), config));
    int linePort = FreePorts.next();
    InetSocketAddress bridge = new InetSocketAddress("127.0.0.1", bridgePort);
    if (hasUdp) {
      UdpLink link =
          UdpLink.open(
              loop,
              new InetSocketAddress("127.0.0.1", linePort),
              bridge,
              perfect(),
              perfect(),
              UdpLink.Observer.NONE);
      open.push(link::close);
    }
    lines.add(opened(TcpLine.open(linePort, bridge)));
    bridgeLines.add(
        new BridgeLine(new HostPort("127.0.0.1", linePort), "line" + lines.size(), null));
  }

  private static LinkModel perfect() {
    return new LinkModel(LinkProperties.PERFECT, Seed.ofRun().generator(), System.nanoTime());
  }

  private void startClient() throws IOException {
    SortedMap<String, List<HostPort>> listen = new TreeMap<>();
    targets.keySet().forEach(name -> listen.put(name, List.of(new HostPort("127.0.0.1", 0))));
    listen.put("nowhere", List.of(new HostPort("127.0.0.1", 0)));
    ClientConfig config =
        new ClientConfig(
            List.of(new HostPort("127.0.0.1", 0)),
            Collections.emptySortedMap(),
            Passenger.ANY,
            Collections.emptySortedMap(),
            bridgeLines,
            LocalTunnel.clientSecurity(secret),
            SESSIONS,
            SOCKETS,
            new ClientTcp(
                listen, tunnelsOfLine, patience.toNanos(), OverTcp.AUTO, TcpSettings.DEFAULT),
            ClientProxy.NONE);
    client = Client.start(opened(Engines.open(EngineChoice.AUTO, "mpclient")), config);
    open.push(() -> stopClient());
    entryNames.addAll(listen.keySet());
  }

  private final List<String> entryNames = new ArrayList<>();

  /** Stops mpclient in order. */
  void stopClient() {
    if (client != null) {
      client.close();
      client = null;
    }
  }

  /** Waits until all TCP tunnels are in the session. */
  void awaitTunnels() {
    int wanted = lines.size() * tunnelsOfLine;
    Await.until("all tunnels to be up", START_LIMIT, () -> tunnels() == wanted);
  }

  /** TCP tunnels that the client has now. */
  int tunnels() {
    return client.tunnelReport().join().tunnels().size();
  }

  /** Connects an application. */
  Socket connect() throws IOException {
    return connect("");
  }

  /** The same to a target with a name. */
  Socket connect(String target) throws IOException {
    InetSocketAddress entry = client.listeningTcp().get(entryNames.indexOf(target));
    Socket socket = new Socket();
    socket.connect(entry);
    socket.setSoTimeout(60_000);
    return socket;
  }

  Client client() {
    return client;
  }

  dev.mptunnel.server.Server server() {
    return server.it();
  }

  HostPort serverPlace() {
    return serverPlace;
  }

  /** The lines of the bridges. */
  List<TcpLine> lines() {
    return lines;
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.push(resource);
    return resource;
  }

  @Override
  public void close() throws IOException {
    if (server != null) {
      server.it().close();
      server.engine().close();
    }
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}
