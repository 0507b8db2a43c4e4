package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mptunnel.harness.link.LinkProperties;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * OpenVPN at its own sizes over lines whose routers say "too big", or say nothing, and one that
 * comes to carry less in mid-stream: nothing is lost, and the table shows what each line carries.
 */
@InLab
@Tag("full")
class MtuTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Pattern MTU_OF_PATH = Pattern.compile("(?m)^10\\.9\\.\\S+ +up +(\\d+|-) ");

  @TempDir Path directory;

  @Test
  void routersMaySayWhatTheyLikeAndNothingIsLost() throws IOException {
    List<LinkProperties> lines =
        Stream.of("delay=5ms mtu=1400 icmp", "delay=10ms mtu=1492", "delay=20ms")
            .map(LinkProperties::parse)
            .toList();
    try (Topology topology = Topology.create(new Conditions(lines, "cubic"), directory);
        RunningTunnel tunnel = RunningTunnel.start(topology, Tunnel.ours(), BridgeKind.OURS);
        OpenVpn vpn = OpenVpn.connect(topology, tunnel.entrance(), OpenVpn.Sizes.DEFAULT, LIMIT)) {
      awaitMtus(tunnel, List.of(1_400, 1_492, 1_500));
      Daemon stream = startStream(topology);
      Wait.until(LIMIT, "the stream", () -> vpn.down().arrived() > 1_000);

      topology.lines().get(2).change("mtu=1280");
      awaitMtus(tunnel, List.of(1_400, 1_492, 1_280));
      Wait.until(
          LIMIT,
          "the hint",
          () -> tunnel.client().output().contains("for OpenVPN add 'mssfix 1210'"));
      stream.close();
      Wait.until(
          LIMIT,
          "all to arrive (up " + tunnel.up() + ", down " + tunnel.down() + ")",
          () -> tunnel.up().dropped() + tunnel.down().dropped() <= topology.hostDrops());
      assertEquals(1, vpn.connections());
    }
  }

  /** Datagrams both ways of some 1,300 bytes: the first line of all carries them whole at first. */
  private static Daemon startStream(Topology topology) throws IOException {
    topology.server().start("iperf3", List.of("iperf3", "-s", "-1"));
    Wait.until(
        LIMIT,
        "iperf3 to listen",
        () -> !topology.server().run("ss", "-Hltn", "sport = :5201").isBlank());
    String command = "iperf3 -u -b 3M -l 1240 --bidir -t 60 -c " + OpenVpn.SERVER_ADDRESS;
    return topology.client().start("iperf3", List.of(command.split(" ")));
  }

  /** Waits until the client's and the server's tables show these. */
  private static void awaitMtus(RunningTunnel tunnel, List<Integer> wanted) throws IOException {
    Wait.until(LIMIT, "MTUs of " + wanted, () -> wanted.equals(mtus(tunnel.client())));
  }

  private static List<Integer> mtus(Daemon end) throws IOException {
    long before = tables(end);
    Shell.run("kill", "-USR1", Long.toString(end.pid()));
    Wait.until(LIMIT, "a table", () -> tables(end) > before);
    String output = end.output();
    String last = output.substring(output.lastIndexOf("path  "));
    return MTU_OF_PATH
        .matcher(last)
        .results()
        .map(result -> result.group(1).equals("-") ? 0 : Integer.parseInt(result.group(1)))
        .toList();
  }

  private static long tables(Daemon end) throws IOException {
    return Pattern.compile("(?m)^dropped: ").matcher(end.output()).results().count();
  }
}
