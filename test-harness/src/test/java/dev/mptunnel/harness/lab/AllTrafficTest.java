package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A VPN over the tunnel takes all traffic, and the tunnel's own stays outside: by itself, and for
 * good by what mpclient says to do.
 */
@InLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AllTrafficTest {

  private static final String STAYS =
      "path \\S+ stays on line: its route now leads into the tunnel";

  private Path directory;
  private HomeNetwork network;

  @BeforeAll
  void bringUp(@TempDir Path folder) throws IOException {
    directory = folder;
    network = HomeNetwork.create(directory);
  }

  @AfterAll
  void takeDown() throws IOException {
    if (network != null) {
      network.close();
    }
  }

  @Test
  void openVpnRedirectsTheGateway() throws IOException {
    Keys serverKeys = Keys.make("all-server", directory);
    Keys clientKeys = Keys.make("all-client", directory);
    try (Daemon client = network.startClient("listen-tcp = 127.0.0.1:3001");
        Daemon _ = network.server().start("echo", ECHO);
        Daemon typed = network.client().start("typed", TYPED);
        Daemon _ = openVpn(network.server(), OPEN_VPN_SERVER, serverKeys, clientKeys)) {
      typed.awaitOutput("key", HomeNetwork.LIMIT);
      try (Daemon vpn = openVpn(network.client(), OPEN_VPN_CLIENT, clientKeys, serverKeys)) {
        vpn.awaitOutput("Initialization Sequence Completed", HomeNetwork.LIMIT);
        assertKeptOut(client, "vpn");
        assertTunnelsStayOnTheLine();
        long before = typed.output().lines().count();
        Wait.until(
            HomeNetwork.LIMIT,
            "what is typed to come back",
            () -> typed.output().lines().count() > before + 3);
        for (String bridge : HomeNetwork.BRIDGES) {
          assertTrue(
              client
                  .output()
                  .contains("add 'route " + bridge + " 255.255.255.255 net_gateway' to OpenVPN's"),
              client.output());
        }
        runWhatItSays(client);
        network.awaitTrafficThroughTheVpn();

        client.kill();
        try (Daemon again = network.startClient()) {
          network.awaitTrafficThroughTheVpn();
          assertFalse(again.output().contains("tunnel device"), again.output());
        }
      }
    }
    network.client().ip("route flush to root 198.51.100.0/24");
  }

  /** The ip commands of its lines, as a user would copy them. */
  private void runWhatItSays(Daemon client) throws IOException {
    Matcher commands = Pattern.compile("run 'ip (route add [^']+)'").matcher(client.output());
    List<String> run = new ArrayList<>();
    while (commands.find()) {
      network.client().ip(commands.group(1));
      run.add(commands.group(1));
    }
    assertEquals(
        HomeNetwork.BRIDGES.stream()
            .map(bridge -> "route add " + bridge + " via " + HomeNetwork.ROUTER + " dev line")
            .toList(),
        run);
    for (String bridge : HomeNetwork.BRIDGES) {
      client.awaitOutput(bridge + ":4000: its route leads out of line again", HomeNetwork.LIMIT);
    }
  }

  @Test
  @Tag("full")
  void wireGuardAllowsAllAddresses() throws IOException {
    // wireguard-go's control sockets are the machine's and not a namespace's.
    String here = "mpw" + ProcessHandle.current().pid();
    try (Daemon client = network.startClient();
        WireGuardGo there = WireGuardGo.start(network.server(), here + "s", directory);
        WireGuardGo vpn = WireGuardGo.start(network.client(), here + "c", directory)) {
      there.set(
          "listen-port "
              + HomeNetwork.VPN_PORT
              + " peer "
              + vpn.publicKey()
              + " allowed-ips 10.6.0.2/32");
      there.up("10.6.0.1/24");
      vpn.set(
          "fwmark 51820 peer "
              + there.publicKey()
              + " endpoint 127.0.0.1:3000 allowed-ips 0.0.0.0/0");
      vpn.up("10.6.0.2/24");
      // What wg-quick does for AllowedIPs = 0.0.0.0/0.
      network.client().ip("route add default dev " + vpn.device() + " table 51820");
      network.client().ip("rule add not fwmark 51820 table 51820");
      network.client().ip("rule add table main suppress_prefixlength 0");

      assertKeptOut(client, vpn.device());
      assertTrue(client.output().contains("set 'fwmark = 51820' here"), client.output());

      client.kill();
      try (Daemon again = network.startClient("fwmark = 51820")) {
        network.awaitTrafficThroughTheVpn();
        assertFalse(again.output().contains("tunnel device"), again.output());
      }
      network.client().ip("rule del table main suppress_prefixlength 0");
      network.client().ip("rule del not fwmark 51820 table 51820");
    }
  }

  private void assertTunnelsStayOnTheLine() throws IOException {
    String tunnels = network.client().run("ss", "-Htn", "dst", ":4000");
    assertEquals(8, tunnels.lines().count(), tunnels);
    assertTrue(tunnels.lines().allMatch(each -> each.contains("%line:")), tunnels);
  }

  /** It says so of every path, carries the VPN, and nothing goes round in circles. */
  private void assertKeptOut(Daemon client, String tunnel) throws IOException {
    client.awaitOutput(
        "(?s)" + (STAYS + " device " + tunnel + ".*").repeat(HomeNetwork.BRIDGES.size()),
        HomeNetwork.LIMIT);
    network.awaitTrafficThroughTheVpn();
    long packets = network.sentInto(tunnel);
    assertTrue(packets < 100, packets + " packets in the VPN, where some ten pings were sent");
  }

  /** Where mpserver leads TCP to. */
  private static final List<String> ECHO =
      List.of(
          "socat",
          "TCP-LISTEN:" + HomeNetwork.VPN_PORT + ",bind=127.0.0.1,fork,reuseaddr",
          "EXEC:cat");

  private static final List<String> TYPED =
      List.of("sh", "-c", "while sleep 0.1; do echo key; done | socat - TCP:127.0.0.1:3001");

  private static final String OPEN_VPN =
      "openvpn --dev-type tun --dev vpn --proto udp --tun-mtu 1400 --data-ciphers AES-256-GCM"
          + " --disable-dco --verb 3 ";
  private static final String OPEN_VPN_SERVER =
      "--mode server --tls-server --dh none --topology subnet --server 10.7.0.0 255.255.255.0"
          + " --port "
          + HomeNetwork.VPN_PORT;
  private static final String OPEN_VPN_CLIENT =
      "--client --nobind --remote 127.0.0.1 3000 --redirect-gateway def1";

  private static Daemon openVpn(Namespace host, String options, Keys own, Keys peer)
      throws IOException {
    List<String> command = new ArrayList<>(List.of((OPEN_VPN + options).split(" ")));
    command.addAll(List.of("--key", own.key().toString(), "--cert", own.certificate().toString()));
    command.addAll(List.of("--peer-fingerprint", peer.fingerprint()));
    return host.start("openvpn", command);
  }
}
