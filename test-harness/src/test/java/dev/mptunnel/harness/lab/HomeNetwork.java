package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A home with one line and a default route, bridges that lie behind it, and a server with an
 * address that nobody finds but through a VPN. The lines are veth, which lose nothing.
 *
 * <pre>
 *           10.9.1.1       10.9.1.2               10.8.1.2       10.8.1.1
 *  client ------------------------- gateway ------------------------- server
 *           line         198.51.100.1, .2 (the bridges)        203.0.113.9 (hidden)
 * </pre>
 *
 * mpserver and the bridges run as long as it stands; the client's part is each test's.
 */
final class HomeNetwork implements AutoCloseable {

  static final Duration LIMIT = Duration.ofSeconds(30);
  static final List<String> BRIDGES = List.of("198.51.100.1", "198.51.100.2");
  static final String ROUTER = "10.9.1.2";
  static final String HIDDEN = "203.0.113.9";

  /** Where mpserver delivers: the port that the VPN's server is to listen on. */
  static final int VPN_PORT = 1194;

  private final Path directory;
  private final Deque<Namespace> namespaces = new ArrayDeque<>();
  private final Namespace client;
  private final Namespace server;

  private HomeNetwork(Path directory) throws IOException {
    this.directory = directory;
    client = host("client");
    server = host("server");
  }

  /** Brings it up with mpserver and bridges. */
  static HomeNetwork create(Path directory) throws IOException {
    Namespace.sweep();
    HomeNetwork network = new HomeNetwork(directory);
    try {
      network.bringUp();
      return network;
    } catch (IOException | RuntimeException e) {
      network.close();
      throw e;
    }
  }

  private Namespace host(String name) throws IOException {
    Namespace namespace = Namespace.create(name, directory);
    namespaces.push(namespace);
    return namespace;
  }

  private void bringUp() throws IOException {
    Namespace gateway = host("gateway");
    connect(client, "line", "10.9.1.1", gateway, "home", ROUTER);
    connect(server, "net", "10.8.1.1", gateway, "server", "10.8.1.2");
    for (String bridge : BRIDGES) {
      gateway.ip("addr add " + bridge + "/32 dev lo");
    }
    server.ip("addr add " + HIDDEN + "/32 dev lo");
    client.ip("route add default via " + ROUTER);

    String port = Integer.toString(VPN_PORT);
    Daemon mpserver =
        server.start(
            "mpserver", JavaProgram.command("dev.mptunnel.server.Main", "2000", "127.0.0.1", port));
    Daemon bridge =
        gateway.start(
            "bridge", JavaProgram.command("dev.mptunnel.bridge.Main", "4000", "10.8.1.1:2000"));
    mpserver.awaitOutput("listening on", LIMIT);
    bridge.awaitOutput("listening on", LIMIT);
  }

  private static void connect(
      Namespace one, String device, String address, Namespace two, String peer, String peerAddress)
      throws IOException {
    one.ip("link add name " + device + " type veth peer name " + peer + " netns " + two.name());
    one.ip("addr add " + address + "/24 dev " + device);
    two.ip("addr add " + peerAddress + "/24 dev " + peer);
    one.ip("link set " + device + " up");
    two.ip("link set " + peer + " up");
  }

  Namespace client() {
    return client;
  }

  Namespace server() {
    return server;
  }

  /** Starts mpclient on port 3000 and waits until all bridges answer it. */
  Daemon startClient(String... settings) throws IOException {
    Path file = directory.resolve("mpclient.conf");
    String bridges = String.join(" 4000\n", BRIDGES) + " 4000\n";
    Files.writeString(file, bridges + String.join("\n", settings) + "\n");
    Daemon started =
        client.start("mpclient", JavaProgram.command("dev.mptunnel.client.Main", file.toString()));
    for (String bridge : BRIDGES) {
      started.awaitOutput("path " + bridge + ":4000 is up", LIMIT);
    }
    started.awaitOutput("mpclient \\S+: ", LIMIT); // and it listens
    return started;
  }

  /** Waits until the hidden address answers, which it does only through the VPN. */
  void awaitTrafficThroughTheVpn() throws IOException {
    Wait.until(LIMIT, "an answer through the VPN", this::hiddenAnswers);
  }

  /** Whether the hidden address answers. */
  boolean hiddenAnswers() {
    try {
      client.run("ping", "-c", "1", "-W", "1", HIDDEN);
      return true;
    } catch (IOException unanswered) {
      return false;
    }
  }

  /** Packets that have entered a device of the client's. */
  long sentInto(String device) throws IOException {
    String file = "/sys/class/net/" + device + "/statistics/tx_packets";
    return Long.parseLong(client.run("cat", file).strip());
  }

  @Override
  public void close() throws IOException {
    while (!namespaces.isEmpty()) {
      namespaces.pop().close();
    }
  }
}
