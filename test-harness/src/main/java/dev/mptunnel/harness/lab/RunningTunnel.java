package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A tunnel's processes on the lab's hosts. Each part can be stopped and started alone. */
public final class RunningTunnel implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  /** Begins the line of repair in a program's table. */
  private static final String REPAIR = "repair:";

  private final Topology topology;
  private final Tunnel tunnel;
  private final BridgeKind bridgeKind;
  private final int berth;
  private final Map<String, String> placeholders;
  private final List<Daemon> bridges = new ArrayList<>();
  private Daemon server;
  private Daemon client;
  private PacketCounter givenUp;
  private PacketCounter givenDown;
  private PacketCounter takenUp;
  private PacketCounter takenDown;

  private RunningTunnel(
      Topology topology,
      Tunnel tunnel,
      BridgeKind bridgeKind,
      int berth,
      Path bridgeFile,
      Path secretFile) {
    this.topology = topology;
    this.tunnel = tunnel;
    this.bridgeKind = bridgeKind;
    this.berth = berth;
    this.placeholders =
        Map.of(
            "bridges", bridgeFile.toString(),
            "secret", secretFile.toString(),
            "port", Integer.toString(serverPort()),
            "listen", Integer.toString(clientPort()),
            "target", Integer.toString(targetPort()));
  }

  /** Starts server, bridges and client, and waits until each has its socket. */
  public static RunningTunnel start(Topology topology, Tunnel tunnel, BridgeKind bridgeKind)
      throws IOException {
    return start(topology, tunnel, bridgeKind, 0);
  }

  /**
   * The same for one of several at once.
   *
   * @param berth different for each, from 0: what all its ports are moved by, the target's too
   */
  public static RunningTunnel start(
      Topology topology, Tunnel tunnel, BridgeKind bridgeKind, int berth) throws IOException {
    List<String> addresses = new ArrayList<>();
    for (int line = 1; line <= topology.bridges().size(); line++) {
      addresses.add(topology.bridgeAddress(line) + " " + (BridgeKind.PORT + berth));
    }
    Path bridgeFile =
        Files.write(topology.directory().resolve("bridges" + berth + ".conf"), addresses);
    Path secretFile = topology.directory().resolve("tunnel.secret");
    if (tunnel.usesSecret() && !Files.exists(secretFile)) {
      Shell.run(JavaProgram.command("dev.mptunnel.server.Main", "keygen", secretFile.toString()));
    }
    RunningTunnel running =
        new RunningTunnel(topology, tunnel, bridgeKind, berth, bridgeFile, secretFile);
    try {
      running.startServer();
      for (int line = 1; line <= topology.bridges().size(); line++) {
        running.bridges.add(running.launchBridge(line));
      }
      for (Namespace bridge : topology.bridges()) {
        awaitSocket(bridge, running.bridgePort());
      }
      running.startClient();
      running.countDatagrams();
      return running;
    } catch (IOException | RuntimeException e) {
      running.close();
      throw e;
    }
  }

  /** Starts the server's part, again after {@link Daemon#kill}. */
  public void startServer() throws IOException {
    if (!tunnel.server().isEmpty()) {
      server = topology.server().start(tunnel.name(), Tunnel.fill(tunnel.server(), placeholders));
      awaitSocket(topology.server(), serverPort());
    }
  }

  /** Starts the client's part, again after {@link Daemon#kill}. */
  public void startClient() throws IOException {
    if (!tunnel.client().isEmpty()) {
      client = topology.client().start(tunnel.name(), Tunnel.fill(tunnel.client(), placeholders));
      awaitSocket(topology.client(), clientPort());
    }
  }

  /**
   * Starts a bridge again after {@link Daemon#kill}.
   *
   * @param line from 1
   */
  public void startBridge(int line) throws IOException {
    bridges.set(line - 1, launchBridge(line));
    awaitSocket(topology.bridges().get(line - 1), bridgePort());
  }

  private Daemon launchBridge(int line) throws IOException {
    Endpoint target = new Endpoint(topology.serverAddress(line), serverPort());
    List<String> command = bridgeKind.command(bridgePort(), target);
    return topology.bridges().get(line - 1).start("bridge", command);
  }

  /** The VPN's own sockets are what tells its datagrams from all others. */
  private void countDatagrams() throws IOException {
    String toClient = "udp dport " + clientPort();
    String fromClient = "udp sport " + clientPort();
    List<PacketCounter> atClient =
        PacketCounter.onLoopback(topology.client(), toClient, fromClient);
    String fromTarget = "udp sport " + targetPort();
    String toTarget = "udp dport " + targetPort();
    List<PacketCounter> atServer =
        PacketCounter.onLoopback(topology.server(), fromTarget, toTarget);
    givenUp = atClient.getFirst();
    givenDown = atServer.getFirst();
    takenUp = atServer.getLast();
    takenDown = atClient.getLast();
  }

  /**
   * Datagrams that went into the tunnel at the client, and how many never came out at the server.
   * What is on its way counts as lost.
   */
  LossCount up() throws IOException {
    return new LossCount(givenUp.packets(), givenUp.packets() - takenUp.packets());
  }

  /** The same toward the client. */
  LossCount down() throws IOException {
    return new LossCount(givenDown.packets(), givenDown.packets() - takenDown.packets());
  }

  /**
   * What the tunnel has used since its processes were started, and what the VPN has given it;
   * {@link Usage#NONE} where there is no tunnel.
   */
  Usage usage() throws IOException {
    if (client == null || server == null) {
      return Usage.NONE;
    }
    return new Usage(
        ProcessorTime.ofTreeNanos(client.pid()),
        ProcessorTime.ofTreeNanos(server.pid()),
        givenUp.packets() + givenDown.packets());
  }

  private static void awaitSocket(Namespace host, int port) throws IOException {
    Wait.until(
        START_LIMIT,
        "a socket on port " + port + " of " + host.name(),
        () -> !host.run("ss", "-Hlun", "sport = :" + port).isBlank());
  }

  /** Where the VPN's client sends to. */
  public Endpoint entrance() {
    return tunnel.clientPort() == 0
        ? new Endpoint(topology.bridgeAddress(1), bridgePort())
        : new Endpoint("127.0.0.1", clientPort());
  }

  /** The port of the server's loopback, or its host where there is no tunnel, that it leads to. */
  public int targetPort() {
    return OpenVpn.PORT + berth;
  }

  private int bridgePort() {
    return BridgeKind.PORT + berth;
  }

  private int serverPort() {
    return tunnel.serverPort() + berth;
  }

  private int clientPort() {
    return tunnel.clientPort() + berth;
  }

  /** The server's part; null where the tunnel has none. */
  public Daemon server() {
    return server;
  }

  /** The client's part; null where the tunnel has none. */
  public Daemon client() {
    return client;
  }

  /** The bridges, in the order of the lines. */
  public List<Daemon> bridges() {
    return List.copyOf(bridges);
  }

  /**
   * What the tables of both ends say of repair, once they are closed; empty where there are none.
   */
  List<String> repair() throws IOException {
    List<String> lines = new ArrayList<>();
    if (client != null && server != null) {
      repairIn(client).ifPresent(line -> lines.add("client " + line));
      repairIn(server).ifPresent(line -> lines.add("server " + line));
    }
    return lines;
  }

  private static Optional<String> repairIn(Daemon program) throws IOException {
    // The last table is the one that was printed at the end.
    return program
        .output()
        .lines()
        .filter(line -> line.startsWith(REPAIR))
        .reduce((_, line) -> line);
  }

  /** Stops everything: politely, so that the programs print their tables, then with children. */
  @Override
  public void close() throws IOException {
    // The server first: its table has the sessions that it still knows.
    if (server != null) {
      server.close();
    }
    if (client != null) {
      client.close();
    }
    bridges.forEach(Daemon::close);
    // a shell's or a forking relay's children
    for (Namespace bridge : topology.bridges()) {
      bridge.killAll();
    }
    topology.client().killAll();
    topology.server().killAll();
  }
}
