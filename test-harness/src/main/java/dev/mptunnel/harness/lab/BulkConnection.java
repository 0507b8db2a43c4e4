package dev.mptunnel.harness.lab;

import java.util.List;

/**
 * A bulk TCP connection of iperf3's from the client's host to the server's.
 *
 * @param target where iperf3's client connects to
 * @param port that iperf3's server listens on, on all addresses of the server's host
 * @param source the address that the client binds, or null for the one that its routes choose
 * @param wrapper the words that stand before both commands, such as {@code mptcpize run}
 */
record BulkConnection(Endpoint target, int port, String source, List<String> wrapper) {

  /** The first that iperf3's servers listen on. */
  static final int PORT = 5201;

  BulkConnection {
    wrapper = List.copyOf(wrapper);
  }
}
