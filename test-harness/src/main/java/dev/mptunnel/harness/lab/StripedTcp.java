package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * TCP through this project's mpclient and mpserver, sealed with a secret.
 *
 * @param tunnels TCP connections over each bridge
 * @param sockets of the tunnels, at all programs
 * @param congestionControl that of the application's connections to the programs
 */
record StripedTcp(
    String name, int tunnels, TunnelSockets sockets, String congestionControl, BridgeKind bridges)
    implements TcpCompetitor {

  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final int SERVER_PORT = 2000;
  private static final int DATAGRAM_PORT = 3000;
  private static final int LISTEN_PORT = 3001;
  private static final int KEYSTROKES_LISTEN_PORT = 3002;

  /** Where the server's host shows what is typed. */
  static final int KEYSTROKES_PORT = 5301;

  /** The lab has no IPv6. */
  private static final String ANY = "0.0.0.0";

  private static final Endpoint BRIDGE = new Endpoint(ANY, BridgeKind.PORT);

  @Override
  public Ready start(Topology topology) throws IOException {
    Running running = new Running(topology);
    try {
      running.launch();
      return running;
    } catch (IOException | RuntimeException e) {
      running.close();
      throw e;
    }
  }

  private final class Running implements Ready {

    private final Topology topology;
    private final List<Daemon> relays = new ArrayList<>();
    private Daemon server;
    private Daemon client;

    Running(Topology topology) {
      this.topology = topology;
    }

    void launch() throws IOException {
      Path secret = topology.directory().resolve("tunnel.secret");
      if (!Files.exists(secret)) {
        Shell.run(JavaProgram.command("dev.mptunnel.server.Main", "keygen", secret.toString()));
      }
      server = topology.server().start("mpserver", serverCommand(secret));
      awaitListener(topology.server(), SERVER_PORT);
      launchBridges();
      client = topology.client().start("mpclient", clientCommand(secret));
      client.awaitOutput("TCP tunnels to the server are up", START_LIMIT);
      awaitTunnels(topology.client(), "dport = :" + BridgeKind.PORT, topology.lines().size());
      awaitTunnels(topology.server(), "sport = :" + SERVER_PORT, topology.lines().size());
      for (Namespace bridge : topology.bridges()) {
        awaitTunnels(bridge, "sport = :" + BridgeKind.PORT, 1);
      }
    }

    private void launchBridges() throws IOException {
      for (int line = 1; line <= topology.bridges().size(); line++) {
        Namespace host = topology.bridges().get(line - 1);
        Endpoint target = new Endpoint(topology.serverAddress(line), SERVER_PORT);
        for (List<String> command : bridges.commands(BRIDGE, target, sockets)) {
          relays.add(host.start("bridge", command));
        }
      }
      for (Namespace host : topology.bridges()) {
        awaitListener(host, BridgeKind.PORT);
      }
    }

    private List<String> serverCommand(Path secret) {
      String target = "127.0.0.1:" + BulkConnection.PORT;
      String keys = "127.0.0.1:" + KEYSTROKES_PORT;
      String listen = new Endpoint(ANY, SERVER_PORT).toString();
      return command(
          "server",
          secret,
          List.of("--tcp-target", target, "--tcp-target.keys", keys, listen, target));
    }

    private List<String> clientCommand(Path secret) throws IOException {
      List<String> addresses = new ArrayList<>();
      for (int line = 1; line <= topology.bridges().size(); line++) {
        addresses.add(topology.bridgeAddress(line) + " " + BridgeKind.PORT);
      }
      Path file = Files.write(topology.directory().resolve("tcp-bridges.conf"), addresses);
      List<String> own =
          List.of(
              "--tunnels",
              Integer.toString(tunnels),
              "--listen",
              Integer.toString(DATAGRAM_PORT),
              "--listen-tcp",
              Integer.toString(LISTEN_PORT),
              "--listen-tcp.keys",
              Integer.toString(KEYSTROKES_LISTEN_PORT),
              file.toString());
      return command("client", secret, own);
    }

    private List<String> command(String program, Path secret, List<String> own) {
      List<String> arguments = new ArrayList<>(List.of("--secret-file", secret.toString()));
      arguments.addAll(sockets.options());
      arguments.addAll(own);
      String main = "dev.mptunnel." + program + ".Main";
      return JavaProgram.command(main, arguments.toArray(String[]::new));
    }

    private static void awaitListener(Namespace host, int port) throws IOException {
      Wait.until(
          START_LIMIT,
          "a listener on port " + port + " of " + host.name(),
          () -> !host.run("ss", "-Hltn", "sport = :" + port).isBlank());
    }

    private void awaitTunnels(Namespace host, String filter, int lines) throws IOException {
      int expected = lines * tunnels;
      Wait.until(
          START_LIMIT,
          expected + " tunnels by " + sockets.congestionControl() + " on " + host.name(),
          () -> TcpSockets.of(host, filter).by(sockets.congestionControl()).count() >= expected);
    }

    @Override
    public List<BulkConnection> connections() {
      Endpoint entrance = new Endpoint("127.0.0.1", LISTEN_PORT);
      return List.of(new BulkConnection(entrance, BulkConnection.PORT, null, List.of()));
    }

    @Override
    public Endpoint keystrokes() {
      return new Endpoint("127.0.0.1", KEYSTROKES_LISTEN_PORT);
    }

    @Override
    public String congestionControl() {
      return congestionControl;
    }

    /** No tunnel has been lost meanwhile. */
    @Override
    public void check(Topology lab, Direction direction) throws IOException {
      TcpSockets all = TcpSockets.of(lab.client(), "dport = :" + BridgeKind.PORT);
      int expected = lab.lines().size() * tunnels;
      if (all.by(sockets.congestionControl()).count() < expected) {
        throw new IOException("expected " + expected + " tunnels; there are:\n" + all);
      }
    }

    @Override
    public boolean hasPrograms() {
      return true;
    }

    @Override
    public Processors used() throws IOException {
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
}
