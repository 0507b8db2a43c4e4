package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.util.List;

/**
 * Routes over the lab's lines, for what needs no program on the bridges: what leaves the client
 * from an address of a line takes this line, by a table of its own, all else the first one, and the
 * server answers the same way. Bridges forward in the kernel.
 */
final class RoutedLines {

  /** The server's one address that all lines lead to. */
  static final String SERVER_ADDRESS = "10.8.1.1";

  /** What a host remembers of a peer would else make a run depend on the ones before it. */
  private static final String FORGET = "net.ipv4.tcp_no_metrics_save=1";

  /** The tables of lines are behind it. */
  private static final int FIRST_TABLE = 100;

  private RoutedLines() {}

  /** Sets the routes of all hosts. */
  static void set(Topology topology) throws IOException {
    List<Namespace> bridges = topology.bridges();
    Namespace client = topology.client();
    topology.server().run("sysctl", "-qw", FORGET);
    client.run("sysctl", "-qw", FORGET);
    client.ip("route add " + route(topology, 1));
    for (int line = 1; line <= bridges.size(); line++) {
      client.ip("route add " + route(topology, line) + " table " + table(line));
      client.ip("rule add from " + Topology.lineAddress(line, 1) + " table " + table(line));
      forward(bridges.get(line - 1), line, topology.serverAddress(line));
      topology
          .server()
          .ip("route add " + Topology.lineAddress(line, 1) + " via 10.8." + line + ".2");
    }
  }

  /** Has connections over the first line send by this, both ways, unless they say another. */
  static void sendBy(Topology topology, String congestionControl) throws IOException {
    String by = " congctl " + congestionControl;
    topology.client().ip("route change " + route(topology, 1) + by);
    topology.client().ip("route change " + route(topology, 1) + " table " + table(1) + by);
    topology.server().ip("route change " + Topology.lineAddress(1, 1) + " via 10.8.1.2" + by);
  }

  private static int table(int line) {
    return FIRST_TABLE + line;
  }

  private static String route(Topology topology, int line) {
    return SERVER_ADDRESS + " via " + topology.bridgeAddress(line) + " dev line" + line;
  }

  private static void forward(Namespace bridge, int line, String server) throws IOException {
    bridge.run("sysctl", "-qw", FORGET, "net.ipv4.ip_forward=1");
    if (line > 1) {
      bridge.ip("route add " + SERVER_ADDRESS + " via " + server);
    }
  }

  /**
   * Lets each Multipath TCP connection of the client's, which begins on the first line, have a
   * subflow on each other line.
   */
  static void addSubflows(Topology topology) throws IOException {
    int lines = topology.lines().size();
    for (Namespace host : List.of(topology.client(), topology.server())) {
      host.run("sysctl", "-qw", "net.mptcp.enabled=1");
      host.ip("mptcp endpoint flush");
      host.ip("mptcp limits set subflow 8 add_addr_accepted 8");
    }
    for (int line = 2; line <= lines; line++) {
      topology
          .client()
          .ip(
              "mptcp endpoint add "
                  + Topology.lineAddress(line, 1)
                  + " dev line"
                  + line
                  + " subflow");
    }
  }
}
