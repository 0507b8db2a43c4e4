package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lab's lines are what they are said to be, and nothing is left of them. */
@InLab
class TopologyTest {

  private static final int DATAGRAMS = 5_000;

  /** Answers of the kernel to an earlier flood are lost too. */
  private static final int MAX_STRAYS = DATAGRAMS / 1_000;

  /** Of a ping there and back, in ms. */
  private static final Pattern TIME = Pattern.compile("time=([\\d.]+) ms");

  @TempDir Path directory;

  @Test
  void everyLineLosesWhatWasAskedAndNothingElse() throws IOException {
    double lossPercent = 10;
    Conditions conditions = new Conditions(lossPercent, 50, 1, 2000, "cubic");
    try (Topology topology = Topology.create(conditions, directory)) {
      for (int i = 1; i <= topology.lines().size(); i++) {
        Line line = topology.lines().get(i - 1);
        Namespace bridge = topology.bridges().get(i - 1);
        LossCount up = flood(topology.client(), bridge, topology.bridgeAddress(i), line::up);
        assertNear(lossPercent, up, "up line " + i, topology.seed());
        String client = topology.bridgeAddress(i).replaceFirst("2$", "1");
        LossCount down = flood(bridge, topology.client(), client, line::down);
        assertNear(lossPercent, down, "down line " + i, topology.seed());
      }
    }
  }

  private interface Counter {
    LossCount read() throws IOException;
  }

  /** Sends datagrams to a closed port, where the kernel counts them. */
  private static LossCount flood(Namespace from, Namespace to, String address, Counter line)
      throws IOException {
    LossCount before = line.read();
    long noPortsBefore = noPorts(to);
    from.run(
        "socat",
        "-u",
        "-b100",
        "OPEN:/dev/zero,readbytes=" + 100 * DATAGRAMS,
        "UDP4-SENDTO:" + address + ":9");
    Wait.until(
        Duration.ofSeconds(10),
        DATAGRAMS + " datagrams at " + address + ", or counted as lost",
        () ->
            noPorts(to) - noPortsBefore + line.read().minus(before).dropped()
                >= DATAGRAMS - MAX_STRAYS);
    LossCount count = line.read().minus(before);
    // An answer of the kernel to an earlier flood may be among them, but no datagram twice.
    assertTrue(count.arrived() - DATAGRAMS < DATAGRAMS / 100, count.arrived() + " arrived");
    long handedOver = noPorts(to) - noPortsBefore;
    long strays = Math.abs(DATAGRAMS - handedOver - count.dropped());
    assertTrue(strays <= MAX_STRAYS, strays + " were lost uncounted, or counted and not lost");
    return count;
  }

  private static long noPorts(Namespace host) throws IOException {
    List<String> udp =
        host.run("cat", "/proc/net/snmp").lines().filter(line -> line.startsWith("Udp:")).toList();
    int column = List.of(udp.getFirst().split(" ")).indexOf("NoPorts");
    return Long.parseLong(udp.getLast().split(" ")[column]);
  }

  private static void assertNear(double percent, LossCount count, String what, Seed seed) {
    double share = percent / 100;
    double sigma = Math.sqrt(share * (1 - share) * count.arrived());
    double deviation = Math.abs(count.dropped() - share * count.arrived());
    assertTrue(deviation < 5 * sigma, what + ": " + count + "; " + seed);
  }

  @Test
  void aLineIsAsSlowAndAsFarAsWasAsked() throws IOException {
    int rateMbit = 20;
    int delayMillis = 15;
    Conditions conditions = new Conditions(0, rateMbit, delayMillis, 50, "cubic");
    try (Topology topology = Topology.create(conditions, directory);
        Daemon server = topology.bridges().get(1).start("iperf3", List.of("iperf3", "-s", "-1"))) {
      Wait.until(
          Duration.ofSeconds(10),
          server + " to listen",
          () -> !topology.bridges().get(1).run("ss", "-Hltn", "sport = :5201").isBlank());
      String report =
          topology.client().run("iperf3", "-J", "-t", "2", "-c", topology.bridgeAddress(2));
      double minRttMillis = find(report, "\"min_rtt\":\\s*(\\d+)") / 1e3;
      double mbit =
          find(report, "\"sum_received\":\\s*\\{[^}]*\"bits_per_second\":\\s*([\\d.e+]+)") / 1e6;
      // A busy machine makes a line later and slower than it is, never nearer and faster.
      assertTrue(minRttMillis >= 2 * delayMillis, "round trip " + minRttMillis + " ms");
      assertTrue(minRttMillis < 2 * delayMillis + 50, "round trip " + minRttMillis + " ms");
      assertTrue(mbit < rateMbit, mbit + " Mbit/s over " + rateMbit);
    }
  }

  private static double find(String report, String regex) {
    Matcher matcher = Pattern.compile(regex).matcher(report);
    assertTrue(matcher.find(), report);
    return Double.parseDouble(matcher.group(1));
  }

  @Test
  void exactlyWhatIsMeantIsCountedOnAHostsLoopback() throws IOException {
    try (Namespace host = Namespace.create("counted", directory)) {
      PacketCounter.onLoopback(host, "udp dport 9");
      sendTo(host, 9);
      List<PacketCounter> counters = PacketCounter.onLoopback(host, "udp dport 7", "udp dport 8");
      sendTo(host, 7);
      sendTo(host, 9);
      long packets = counters.getFirst().packets();
      assertEquals(50, packets, "and not the kernel's answers, or another port's");
      assertEquals(0, counters.getLast().packets());
    }
  }

  private static void sendTo(Namespace host, int port) throws IOException {
    String fifty = "OPEN:/dev/zero,readbytes=5000";
    host.run("socat", "-u", "-b100", fifty, "UDP4-SENDTO:127.0.0.1:" + port);
  }

  @Test
  void aDetourLeadsBetweenABridgeAndTheServerWhileItIsTaken() throws IOException {
    try (Topology topology = Topology.createWithDetours(2, directory)) {
      assertAnswers(topology.client(), topology.bridgeAddress(1));
      Namespace bridge = topology.bridges().get(0);
      Namespace other = topology.bridges().get(1);
      assertAnswers(bridge, topology.serverAddress(1));
      topology.detours().get(0).take("loss=100%");
      assertThrows(IOException.class, () -> ping(bridge, topology.serverAddress(1)));
      assertAnswers(other, topology.serverAddress(2));
      topology.detours().get(0).leave();
      assertAnswers(bridge, topology.serverAddress(1));
      topology.detours().get(0).take("delay=50ms");
      Matcher matcher = TIME.matcher(ping(bridge, topology.serverAddress(1)));
      assertTrue(matcher.find() && Double.parseDouble(matcher.group(1)) >= 100);
    }
  }

  private static String ping(Namespace from, String address) throws IOException {
    return from.run("ping", "-c", "1", "-W", "1", address);
  }

  private static void assertAnswers(Namespace from, String address) throws IOException {
    assertTrue(ping(from, address).contains("1 received"));
  }

  @Test
  void nothingIsLeft() throws IOException {
    try (Topology topology = Topology.create(new Conditions(5, 50, 1, 50, "cubic"), directory);
        RunningTunnel running = RunningTunnel.start(topology, Tunnel.direct(), BridgeKind.SOCAT)) {
      topology.client().start("stray", List.of("sh", "-c", "sleep 1000 & sleep 1000"));
      assertEquals(3, running.bridges().size());
    }
    String own = "mplab" + ProcessHandle.current().pid() + "-";
    assertFalse(Namespace.list().stream().anyMatch(name -> name.startsWith(own)));
    assertEquals(0, ProcessHandle.current().descendants().count(), "child processes");
  }

  @Test
  void leftoversOfAKilledRunAreSwept() throws IOException, InterruptedException {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    String leftover = "mplab" + dead.pid() + "-client";
    Shell.run("ip", "netns", "add", leftover);
    Process stray = new ProcessBuilder("ip", "netns", "exec", leftover, "sleep", "1000").start();
    Wait.until(
        Duration.ofSeconds(5),
        "the stray process",
        () -> !Shell.run("ip", "netns", "pids", leftover).isBlank());

    Namespace.sweep();

    assertFalse(Namespace.list().contains(leftover));
    assertTrue(stray.waitFor(Duration.ofSeconds(5)), "the stray process still runs");
  }
}
