package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * An OpenVPN server and a client that reaches it through whatever is to be measured: UDP,
 * AES-256-GCM, in user space, no compression, no fragmentation.
 */
public final class OpenVpn implements AutoCloseable {

  /** The port of the server's loopback and veth addresses that the VPN's server listens on. */
  public static final int PORT = 1194;

  /** The server's address inside the VPN. */
  public static final String SERVER_ADDRESS = "10.7.0.1";

  private static final String DEVICE = "vpn";
  private static final String CONNECTED = "Initialization Sequence Completed";
  private static final String REPLAY = "bad packet ID \\(may be a replay\\)";
  private static final String OPTIONS =
      "--dev-type tun --dev vpn --proto udp --data-ciphers AES-256-GCM" + " --disable-dco --verb 3";
  private static final String SERVER_OPTIONS =
      "--mode server --tls-server --dh none --topology subnet --server 10.7.0.0 255.255.255.0"
          + " --keepalive 5 60 --port "
          + PORT;
  private static final String CLIENT_OPTIONS = "--client --nobind";

  /**
   * How long its packets become.
   *
   * @param tunMtuBytes of its device, or 0 for OpenVPN's own default, 1,500
   * @param mssfixBytes the longest of its datagrams that TCP inside may lead to, or 0 for OpenVPN's
   *     own default, 1,492 with headers
   */
  public record Sizes(int tunMtuBytes, int mssfixBytes) {

    /** As OpenVPN does when nothing is said. */
    public static final Sizes DEFAULT = new Sizes(0, 0);

    /** What fits into the paths of a tunnel, which adds headers of its own. */
    public static final Sizes FOR_TUNNEL = new Sizes(1_400, 0);

    String options() {
      return (tunMtuBytes > 0 ? " --tun-mtu " + tunMtuBytes : "")
          + (mssfixBytes > 0 ? " --mssfix " + mssfixBytes : "");
    }

    @Override
    public String toString() {
      return equals(DEFAULT) ? "MTU by default" : options().strip().replace("--", "");
    }
  }

  private final Topology topology;
  private final Daemon server;
  private final Daemon client;

  private OpenVpn(Topology topology, Daemon server, Daemon client) {
    this.topology = topology;
    this.server = server;
    this.client = client;
  }

  /** The same with sizes {@link Sizes#DEFAULT}. */
  public static OpenVpn connect(Topology topology, Endpoint remote, Duration limit)
      throws IOException {
    return connect(topology, remote, Sizes.DEFAULT, limit);
  }

  /**
   * Starts both ends and waits until the client is connected.
   *
   * @param remote where the client finds the server, or what stands between
   * @param limit for the connection, which over a bad line takes its time
   */
  public static OpenVpn connect(Topology topology, Endpoint remote, Sizes sizes, Duration limit)
      throws IOException {
    Keys serverKeys = Keys.make("vpn-server", topology.directory());
    Keys clientKeys = Keys.make("vpn-client", topology.directory());
    Daemon server =
        topology
            .server()
            .start("openvpn", command(SERVER_OPTIONS + sizes.options(), serverKeys, clientKeys));
    Daemon client = null;
    try {
      server.awaitOutput(CONNECTED, limit);
      String there = " --remote " + remote.host() + " " + remote.port();
      client =
          topology
              .client()
              .start(
                  "openvpn",
                  command(CLIENT_OPTIONS + there + sizes.options(), clientKeys, serverKeys));
      client.awaitOutput(CONNECTED, limit);
      return new OpenVpn(topology, server, client);
    } catch (IOException e) {
      if (client != null) {
        client.close();
      }
      server.close();
      throw e;
    }
  }

  private static List<String> command(String options, Keys own, Keys peer) {
    List<String> command = new ArrayList<>(List.of("openvpn"));
    command.addAll(List.of((OPTIONS + " " + options).split(" ")));
    command.addAll(List.of("--key", own.key().toString(), "--cert", own.certificate().toString()));
    command.addAll(List.of("--peer-fingerprint", peer.fingerprint()));
    return command;
  }

  /** What {@code openvpn --version} calls itself. */
  public static String version() throws IOException {
    // Debian's exits with 0, older ones with 1: only the first line counts.
    String first =
        Shell.run("sh", "-c", "openvpn --version || true").lines().findFirst().orElse("");
    return first.replaceFirst("(OpenVPN \\S+).*", "$1");
  }

  /** How often the client has connected; 1 as long as the VPN has never broken. */
  public int connections() throws IOException {
    return (int) Pattern.compile(CONNECTED).matcher(client.output()).results().count();
  }

  /**
   * Packets that both ends have refused so far because they came after too many later ones, or
   * twice.
   */
  public long replayDrops() throws IOException {
    long count = 0;
    for (Daemon end : List.of(client, server)) {
      count += Pattern.compile(REPLAY).matcher(end.output()).results().count();
    }
    return count;
  }

  /**
   * Packets that entered the VPN at the client, and how many of them never came out at the server:
   * the loss that is left inside. What is on its way counts as lost, so read it when all is quiet.
   */
  public LossCount up() throws IOException {
    return between(topology.client(), topology.server());
  }

  /** The same toward the client. */
  public LossCount down() throws IOException {
    return between(topology.server(), topology.client());
  }

  private static LossCount between(Namespace from, Namespace to) throws IOException {
    long in = packets(from, "tx_packets");
    long out = packets(to, "rx_packets");
    return new LossCount(in, in - out);
  }

  private static long packets(Namespace host, String statistic) throws IOException {
    // ip netns exec mounts the namespace's own /sys
    String file = "/sys/class/net/" + DEVICE + "/statistics/" + statistic;
    return Long.parseLong(host.run("cat", file).strip());
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
