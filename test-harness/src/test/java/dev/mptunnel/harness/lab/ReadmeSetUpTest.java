package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.launcher.Dist;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Each step of the README's set-up, typed as it is written there. */
@InLab
@Tag("full")
@ExtendWith(Dist.Resolver.class)
class ReadmeSetUpTest {

  private static final String VPN =
      "dev-type tun\ndev vpn\nproto udp\ndata-ciphers AES-256-GCM\ndisable-dco\nverb 3\n";

  @TempDir Path directory;
  private SetUp setUp;
  private Machine home;

  @BeforeEach
  void theReadersMachines(Dist dist) throws IOException {
    setUp = new SetUp(directory, dist);
    home = setUp.internet().host("home", "192.0.2.10");
  }

  @AfterEach
  void takeDown() {
    if (setUp != null) {
      setUp.close();
    }
  }

  @Test
  void openVpnRunsOverOurBridgesThroughFirewalls() throws IOException {
    openFirewall(setUp.server(), "2000");
    setUp.startServer("setup:server");
    for (Machine vps : setUp.bridges()) {
      openFirewall(vps, "4000");
      setUp.startBridge(vps);
    }
    startClientOnThreeWays();
    assertVpnCarriesEverything();
  }

  @Test
  void openVpnRunsOverSocatThatForksAndRestartsAreHealed() throws IOException {
    setUp.startServer("setup:server");
    for (Machine vps : setUp.bridges()) {
      vps.type("socat", Readme.block("setup:socat"));
    }
    startClientOnThreeWays();
    assertVpnCarriesEverything();

    home.namespace().killAll();
    startClientOnThreeWays();

    home.namespace().killAll();
    setUp.server().namespace().killAll();
    List<String> withSecretMade = List.of(Readme.block("setup:server").getLast());
    setUp.installAnd(setUp.server(), "mpserver", withSecretMade);
    startClientOnThreeWays();
  }

  @Test
  void socatWithoutForkEndsWhenTheClientIsRestarted() throws IOException {
    setUp.startServer("setup:server");
    List<Daemon> relays = new ArrayList<>();
    for (Machine vps : setUp.bridges()) {
      relays.add(vps.type("socat", withoutFork()));
    }
    startClientOnThreeWays();
    home.namespace().killAll();

    Daemon client = setUp.startClient(home);
    SetUp.awaitUp(client, SetUp.SERVER_ADDRESS + ":2000");
    for (Daemon relay : relays) {
      assertEquals(1, relay.awaitExit(SetUp.LIMIT), "socat ends with an error");
      assertTrue(relay.output().contains("Connection refused"), relay.output());
    }
    assertFalse(client.output().contains(SetUp.VPS1 + ":4000 is up"), client.output());
    setUp.bridges().getFirst().type("socat", withoutFork());
    SetUp.awaitUp(client, SetUp.VPS1 + ":4000");
  }

  @Test
  void whatWasInstalledIsRemoved() throws IOException {
    List<String> lines = new ArrayList<>(List.of("mpclient --version"));
    lines.addAll(Readme.block("setup:remove"));
    lines.add("find /opt /usr/local/bin -mindepth 1");
    lines.add("echo nothing else");
    Daemon typed = setUp.installAnd(home, "remove", lines);
    assertEquals(0, typed.awaitExit(SetUp.LIMIT), typed.tail());
    List<String> printed = typed.output().lines().filter(line -> !line.startsWith("+ ")).toList();
    assertEquals(2, printed.size(), "a version, and that nothing is left: " + printed);
    assertEquals("nothing else", printed.getLast());
  }

  /** A firewall that lets in nothing new from outside, and then the README's line. */
  private static void openFirewall(Machine machine, String port) throws IOException {
    String closed =
        "table inet filter { chain input { type filter hook input priority filter; policy drop;"
            + " iifname { \"lo\", \"vpn\" } accept; ct state established,related accept; }; }";
    machine.namespace().run("nft", closed);
    List<String> lines =
        Readme.block("setup:firewall").stream()
            .filter(line -> line.contains(" nft "))
            .map(line -> line.replace("2000", port))
            .toList();
    Daemon typed = machine.type("firewall", lines);
    assertEquals(0, typed.awaitExit(SetUp.LIMIT), typed.tail());
    assertEquals(1, lines.size(), "lines for nft");
  }

  private static List<String> withoutFork() throws IOException {
    List<String> lines =
        Readme.block("setup:socat").stream().map(line -> line.replace("fork,", "")).toList();
    assertFalse(lines.equals(Readme.block("setup:socat")), "the README's socat forks");
    return lines;
  }

  private Daemon startClientOnThreeWays() throws IOException {
    setUp.configureClient(home, "setup:mpclient.conf");
    Daemon client = setUp.startClient(home);
    SetUp.awaitUp(client, SetUp.VPS1 + ":4000");
    SetUp.awaitUp(client, SetUp.VPS2 + ":4000");
    SetUp.awaitUp(client, SetUp.SERVER_ADDRESS + ":2000");
    return client;
  }

  /** OpenVPN as it is, all traffic redirected: packets of its full size, and TCP. */
  private void assertVpnCarriesEverything() throws IOException {
    Keys serverKeys = Keys.make("vpn-server", directory);
    Keys homeKeys = Keys.make("vpn-home", directory);
    setUp
        .server()
        .write(
            "server.ovpn",
            lines(
                VPN
                    + "mode server\ntls-server\ndh none\ntopology subnet\n"
                    + "server 10.7.0.0 255.255.255.0\nkeepalive 5 60\nport 1194\n"
                    + "key %s\ncert %s\npeer-fingerprint %s\n"
                        .formatted(
                            serverKeys.key(), serverKeys.certificate(), homeKeys.fingerprint())));
    List<String> client =
        new ArrayList<>(
            lines(
                VPN
                    + "client\nnobind\nredirect-gateway def1\n"
                    + "key %s\ncert %s\npeer-fingerprint %s\n"
                        .formatted(
                            homeKeys.key(), homeKeys.certificate(), serverKeys.fingerprint())));
    client.addAll(Readme.block("setup:openvpn"));
    client.addAll(Readme.block("setup:redirect"));
    home.write("home.ovpn", client);
    String connected = "Initialization Sequence Completed";
    setUp
        .server()
        .type("openvpn", List.of("openvpn server.ovpn"))
        .awaitOutput(connected, SetUp.LIMIT);
    Daemon vpn = home.type("openvpn", List.of("openvpn home.ovpn"));
    vpn.awaitOutput(connected, SetUp.LIMIT);

    String route = home.namespace().run("ip", "route", "get", "9.9.9.9");
    assertTrue(route.contains("dev vpn"), "all goes through the VPN: " + route);
    String mtu = home.namespace().run("cat", "/sys/class/net/vpn/mtu").strip();
    String full = Integer.toString(Integer.parseInt(mtu) - 28);
    home.namespace()
        .run("ping", "-c", "20", "-i", "0.2", "-W", "5", "-M", "do", "-s", full, "10.7.0.1");
    Namespace server = setUp.server().namespace();
    server.start("iperf3", List.of("iperf3", "-s", "-1"));
    Wait.until(
        SetUp.LIMIT,
        "iperf3 to listen",
        () -> !server.run("ss", "-Hltn", "sport = :5201").isBlank());
    home.namespace().run("iperf3", "-n", "8M", "-c", "10.7.0.1");
    assertFalse(vpn.output().contains("Restart"), vpn.output());
  }

  private static List<String> lines(String text) {
    return text.lines().toList();
  }
}
