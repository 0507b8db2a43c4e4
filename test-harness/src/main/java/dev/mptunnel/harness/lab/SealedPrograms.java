package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * This project's mpserver, mpclient and a bridge on each line, sealed with a secret, whose TCP
 * tunnels are all up.
 */
final class SealedPrograms implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int SERVER_PORT = 2000;

  /** The lab has no IPv6. */
  private static final String ANY = "0.0.0.0";

  private static final Endpoint BRIDGE = new Endpoint(ANY, BridgeKind.PORT);

  private final Topology topology;
  private final int tunnels;
  private final TunnelSockets sockets;
  private final List<Daemon> relays = new ArrayList<>();
  private Daemon server;
  private Daemon client;

  private SealedPrograms(Topology topology, int tunnels, TunnelSockets sockets) {
    this.topology = topology;
    this.tunnels = tunnels;
    this.sockets = sockets;
  }

  /**
   * Starts all of them and waits for their tunnels.
   *
   * @param tunnels TCP connections over each bridge
   * @param sockets of the tunnels, at all programs
   * @param ofServer mpserver's options beside its secret, its sockets and where it listens
   * @param ofClient mpclient's beside its secret, its sockets, its tunnels and its bridges
   */
  static SealedPrograms start(
      Topology topology,
      int tunnels,
      TunnelSockets sockets,
      BridgeKind bridges,
      List<String> ofServer,
      List<String> ofClient)
      throws IOException {
    SealedPrograms programs = new SealedPrograms(topology, tunnels, sockets);
    try {
      programs.launch(bridges, ofServer, ofClient);
      return programs;
    } catch (IOException | RuntimeException e) {
      programs.close();
      throw e;
    }
  }

  private void launch(BridgeKind bridges, List<String> ofServer, List<String> ofClient)
      throws IOException {
    Path secret = topology.directory().resolve("tunnel.secret");
    if (!Files.exists(secret)) {
      Shell.run(JavaProgram.command("dev.mptunnel.server.Main", "keygen", secret.toString()));
    }
    List<String> serverOptions = new ArrayList<>(ofServer);
    serverOptions.addAll(List.of("--listen", new Endpoint(ANY, SERVER_PORT).toString()));
    server = topology.server().start("mpserver", command("server", secret, serverOptions));
    topology.server().awaitListener(SERVER_PORT);
    launchBridges(bridges);
    List<String> clientOptions = new ArrayList<>(ofClient);
    clientOptions.addAll(List.of("--tunnels", Integer.toString(tunnels), bridgeFile().toString()));
    client = topology.client().start("mpclient", command("client", secret, clientOptions));
    client.awaitOutput("TCP tunnels to the server are up", LIMIT);
    awaitTunnels();
  }

  private void launchBridges(BridgeKind bridges) throws IOException {
    for (int line = 1; line <= topology.bridges().size(); line++) {
      Namespace host = topology.bridges().get(line - 1);
      Endpoint target = new Endpoint(topology.serverAddress(line), SERVER_PORT);
      for (List<String> command : bridges.commands(BRIDGE, target, sockets)) {
        relays.add(host.start("bridge", command));
      }
    }
    for (Namespace host : topology.bridges()) {
      host.awaitListener(BridgeKind.PORT);
    }
  }

  private Path bridgeFile() throws IOException {
    List<String> addresses = new ArrayList<>();
    for (int line = 1; line <= topology.bridges().size(); line++) {
      addresses.add(topology.bridgeAddress(line) + " " + BridgeKind.PORT);
    }
    return Files.write(topology.directory().resolve("tcp-bridges.conf"), addresses);
  }

  private List<String> command(String program, Path secret, List<String> own) {
    List<String> arguments = new ArrayList<>(List.of("--secret-file", secret.toString()));
    arguments.addAll(sockets.options());
    arguments.addAll(own);
    String main = "dev.mptunnel." + program + ".Main";
    return JavaProgram.command(main, arguments.toArray(String[]::new));
  }

  /** Waits until all tunnels are up, as at the start, on all hosts. */
  void awaitTunnels() throws IOException {
    int lines = topology.lines().size();
    awaitTunnels(topology.client(), "dport = :" + BridgeKind.PORT, lines);
    awaitTunnels(topology.server(), "sport = :" + SERVER_PORT, lines);
    for (Namespace bridge : topology.bridges()) {
      awaitTunnels(bridge, "sport = :" + BridgeKind.PORT, 1);
    }
  }

  private void awaitTunnels(Namespace host, String filter, int lines) throws IOException {
    int expected = lines * tunnels;
    Wait.until(
        LIMIT,
        expected + " tunnels by " + sockets.congestionControl() + " on " + host.name(),
        () -> TcpSockets.of(host, filter).by(sockets.congestionControl()).count() >= expected);
  }

  /** No tunnel has been lost meanwhile. */
  void check() throws IOException {
    TcpSockets all = TcpSockets.of(topology.client(), "dport = :" + BridgeKind.PORT);
    int expected = topology.lines().size() * tunnels;
    if (all.by(sockets.congestionControl()).count() < expected) {
      throw new IOException("expected " + expected + " tunnels; there are:\n" + all);
    }
  }

  /** What they have used so far. */
  Processors used() throws IOException {
    long bridgesNanos = 0;
    for (Daemon relay : relays) {
      bridgesNanos += ProcessorTime.ofTreeNanos(relay.pid());
    }
    return new Processors(
        ProcessorTime.ofTreeNanos(client.pid()),
        ProcessorTime.ofTreeNanos(server.pid()),
        bridgesNanos);
  }

  @Override
  public void close() throws IOException {
    for (Daemon daemon : new Daemon[] {client, server}) {
      if (daemon != null) {
        daemon.close();
      }
    }
    relays.forEach(Daemon::close);
    // a forking relay's children
    for (Namespace bridge : topology.bridges()) {
      bridge.killAll();
    }
  }
}
