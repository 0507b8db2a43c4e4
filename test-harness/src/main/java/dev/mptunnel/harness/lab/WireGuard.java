package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * WireGuard between the client's and the server's host, in user space (wireguard-go), with its own
 * MTU of 1,420 bytes.
 */
public final class WireGuard implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofSeconds(10);

  private final int number;
  private final Daemon server;
  private final Daemon client;

  private WireGuard(int number, Daemon server, Daemon client) {
    this.number = number;
    this.server = server;
    this.client = client;
  }

  /**
   * Starts both ends and waits until the client has had an answer.
   *
   * @param number of this one among those at the same time, 0 to 99
   * @param port that the server's end listens on, on all addresses
   * @param remote where the client finds the server, or what stands between
   */
  public static WireGuard connect(
      Topology topology, int number, int port, Endpoint remote, Duration limit) throws IOException {
    Path serverKey = key(topology, "server" + number);
    Path clientKey = key(topology, "client" + number);
    Daemon server = start(topology.server(), device("s", number));
    Daemon client = null;
    try {
      client = start(topology.client(), device("c", number));
      String inside = network(number) + "0/24";
      configure(
          topology.server(),
          device("s", number),
          serverKey,
          "listen-port " + port + " peer " + publicKey(clientKey) + " allowed-ips " + inside,
          serverAddress(number));
      configure(
          topology.client(),
          device("c", number),
          clientKey,
          "peer " + publicKey(serverKey) + " allowed-ips " + inside + " endpoint " + remote,
          network(number) + "2");
      Wait.until(limit, "WireGuard's handshake", () -> answers(topology.client(), number));
      return new WireGuard(number, server, client);
    } catch (IOException e) {
      if (client != null) {
        client.close();
      }
      server.close();
      throw e;
    }
  }

  /** The control sockets of all hosts are in one folder, so a device's name is this process's. */
  private static String device(String end, int number) {
    return String.format(Locale.ROOT, "wg%d%s%d", ProcessHandle.current().pid(), end, number);
  }

  private static Daemon start(Namespace host, String device) throws IOException {
    Daemon daemon = host.start("wireguard-go", List.of("wireguard-go", "-f", device));
    Path socket = Path.of("/var/run/wireguard", device + ".sock");
    Wait.until(START_LIMIT, daemon + " to be there", () -> Files.exists(socket));
    return daemon;
  }

  private static Path key(Topology topology, String name) throws IOException {
    Path file = topology.directory().resolve("wireguard-" + name + ".key");
    return Files.writeString(file, Shell.run("wg", "genkey"));
  }

  private static String publicKey(Path key) throws IOException {
    return Shell.run("sh", "-c", "wg pubkey < " + key).strip();
  }

  private static void configure(
      Namespace host, String device, Path key, String words, String address) throws IOException {
    host.run(("wg set " + device + " private-key " + key + " " + words).split(" "));
    host.ip("addr add " + address + "/24 dev " + device);
    host.ip("link set " + device + " up");
  }

  private static boolean answers(Namespace client, int number) throws IOException {
    String ping = "ping -q -c 1 -W 1 " + serverAddress(number) + " || true";
    return client.run("sh", "-c", ping).contains(" 1 received");
  }

  private static String network(int number) {
    return "10.6." + number + ".";
  }

  private static String serverAddress(int number) {
    return network(number) + "1";
  }

  /** The server's address inside. */
  public String serverAddress() {
    return serverAddress(number);
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
