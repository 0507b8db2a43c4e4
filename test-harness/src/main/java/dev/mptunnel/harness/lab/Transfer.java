package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One TCP bulk transfer of iperf3's through the VPN.
 *
 * @param goodputMbit what the receiver's application got, Mbit/s
 * @param retransmits segments that the sender sent again
 */
public record Transfer(double goodputMbit, long retransmits) {

  private static final Duration SLACK = Duration.ofSeconds(60);

  /**
   * Runs a transfer.
   *
   * @param congestionControl of the sender, set on its socket, since a namespace may not set as
   *     default what the machine does not allow to all
   * @throws IOException when it fails, or the sender used another congestion control
   */
  public static Transfer run(
      Topology topology, Direction direction, int seconds, String congestionControl)
      throws IOException {
    Daemon server =
        topology.server().start("iperf3", List.of("iperf3", "-s", "-1", "--forceflush"));
    try (server) {
      // The log is appended to by each transfer, so it is the last server's line that counts.
      Wait.until(
          Duration.ofSeconds(10),
          "iperf3 to listen",
          () -> !topology.server().run("ss", "-Hltn", "sport = :5201").isBlank());
      return measure(topology, direction, seconds, congestionControl);
    }
  }

  private static Transfer measure(
      Topology topology, Direction direction, int seconds, String congestionControl)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("iperf3", "-J", "-c", OpenVpn.SERVER_ADDRESS));
    command.addAll(List.of("-t", Integer.toString(seconds), "-C", congestionControl));
    if (direction == Direction.DOWN) {
      command.add("-R");
    }
    String name = "iperf3-" + System.nanoTime();
    try (Daemon client = topology.client().start(name, command)) {
      int exit = client.awaitExit(Duration.ofSeconds(seconds).plus(SLACK));
      String report = client.output();
      if (exit != 0) {
        throw new IOException("iperf3 failed: " + find(report, "\"error\":\\s*\"([^\"]*)\""));
      }
      String used = find(report, "\"sender_tcp_congestion\":\\s*\"(\\w+)\"");
      if (!used.equals(congestionControl)) {
        throw new IOException("asked for " + congestionControl + ", but TCP used " + used);
      }
      String bits =
          find(report, "\"sum_received\":\\s*\\{[^}]*\"bits_per_second\":\\s*([\\d.e+]+)");
      String again = find(report, "\"sum_sent\":\\s*\\{[^}]*\"retransmits\":\\s*(\\d+)");
      return new Transfer(Double.parseDouble(bits) / 1e6, Long.parseLong(again));
    }
  }

  /** The first group of the first match in a report of iperf3's. */
  static String find(String report, String regex) throws IOException {
    Matcher matcher = Pattern.compile(regex).matcher(report);
    if (!matcher.find()) {
      throw new IOException("no " + regex + " in iperf3's report:\n" + report);
    }
    return matcher.group(1);
  }
}
