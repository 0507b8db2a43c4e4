package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mptunnel.harness.launcher.Dist;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The README's WireGuard over the tunnel, as it is written there. */
@InLab
@Tag("full")
@ExtendWith(Dist.Resolver.class)
class WireGuardTest {

  private static final String SERVER = "10.8.0.1";
  private static final String MTU = "1376";

  @TempDir Path directory;
  private SetUp setUp;
  private Machine home;

  @BeforeEach
  void theReadersMachines(Dist dist) throws IOException {
    assumeTrue(
        Files.exists(Path.of("/usr/bin/wg-quick"))
            && Files.exists(Path.of("/usr/bin/wireguard-go")),
        "needs packages: apt-get install wireguard-tools wireguard-go");
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
  void itRunsAsWrittenAndFullPacketsPass() throws IOException {
    setUp.startServer("wireguard:server");
    for (Machine vps : setUp.bridges()) {
      setUp.startBridge(vps);
    }
    setUp.configureClient(home, "setup:mpclient.conf");
    SetUp.awaitUp(setUp.startClient(home), SetUp.VPS1 + ":4000");

    String serverKey = Shell.run("wg", "genkey").strip();
    String homeKey = Shell.run("wg", "genkey").strip();
    Map<String, String> keys =
        Map.of(
            "SERVER_PRIVATE_KEY",
            serverKey,
            "SERVER_PUBLIC_KEY",
            publicKey(serverKey),
            "HOME_PRIVATE_KEY",
            homeKey,
            "HOME_PUBLIC_KEY",
            publicKey(homeKey));
    bringUp(setUp.server(), "wireguard:server.conf", keys);
    bringUp(home, "wireguard:home.conf", keys);

    String full = Integer.toString(Integer.parseInt(MTU) - 28);
    Namespace namespace = home.namespace();
    namespace.run("ping", "-c", "10", "-i", "0.2", "-M", "do", "-s", full, SERVER);
    Namespace server = setUp.server().namespace();
    server.start("iperf3", List.of("iperf3", "-s", "-1"));
    Wait.until(
        SetUp.LIMIT,
        "iperf3 to listen",
        () -> !server.run("ss", "-Hltn", "sport = :5201").isBlank());
    namespace.run("iperf3", "-n", "8M", "-c", SERVER);
    assertEquals(0, fragments(home), "packets that were fragmented on their way");
  }

  private static String publicKey(String privateKey) throws IOException {
    return Shell.run("sh", "-c", "echo '" + privateKey + "' | wg pubkey").strip();
  }

  private void bringUp(Machine machine, String block, Map<String, String> keys) throws IOException {
    List<String> configuration = new ArrayList<>();
    for (String line : Readme.block(block)) {
      String filled = line;
      for (Map.Entry<String, String> key : keys.entrySet()) {
        filled = filled.replace(key.getKey(), key.getValue());
      }
      configuration.add(filled);
    }
    machine.write("wg0.conf", configuration);
    List<String> lines = new ArrayList<>(List.of("cp wg0.conf /etc/wireguard/"));
    lines.addAll(Readme.block("wireguard:up"));
    Daemon typed = machine.type("wireguard", lines);
    assertEquals(0, typed.awaitExit(SetUp.LIMIT), typed.tail());
  }

  private static long fragments(Machine machine) throws IOException {
    List<String> ip =
        machine
            .namespace()
            .run("cat", "/proc/net/snmp")
            .lines()
            .filter(line -> line.startsWith("Ip:"))
            .toList();
    int column = List.of(ip.getFirst().split(" ")).indexOf("FragCreates");
    return Long.parseLong(ip.getLast().split(" ")[column]);
  }
}
