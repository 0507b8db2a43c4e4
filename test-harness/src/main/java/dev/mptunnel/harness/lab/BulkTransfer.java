package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A transfer of iperf3's that runs: its two processes. */
final class BulkTransfer implements AutoCloseable {

  private static final Duration END_LIMIT = Duration.ofSeconds(10);
  private static final Duration SLACK = Duration.ofSeconds(60);

  private final Daemon server;
  private final Daemon client;
  private final BulkLoad load;
  private final String congestionControl;

  private BulkTransfer(Daemon server, Daemon client, BulkLoad load, String congestionControl) {
    this.server = server;
    this.client = client;
    this.load = load;
    this.congestionControl = congestionControl;
  }

  /**
   * Starts a transfer.
   *
   * @param congestionControl of iperf3's sockets, set on them, since a namespace may not set as
   *     default what the machine does not allow to all
   */
  static BulkTransfer start(
      Topology topology, BulkConnection connection, BulkLoad load, String congestionControl)
      throws IOException {
    Daemon server = topology.server().start("iperf3", serverCommand(connection));
    try {
      topology.server().awaitListener(connection.port());
      Daemon client =
          topology.client().start("iperf3", clientCommand(connection, load, congestionControl));
      return new BulkTransfer(server, client, load, congestionControl);
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  private static List<String> serverCommand(BulkConnection connection) {
    List<String> command = new ArrayList<>(connection.wrapper());
    command.addAll(List.of("iperf3", "-s", "-1", "-J", "-p", Integer.toString(connection.port())));
    return command;
  }

  private static List<String> clientCommand(
      BulkConnection connection, BulkLoad load, String congestionControl) {
    Endpoint target = connection.target();
    List<String> command = new ArrayList<>(connection.wrapper());
    command.addAll(List.of("iperf3", "-J", "-c", target.host()));
    command.addAll(List.of("-p", Integer.toString(target.port()), "-C", congestionControl));
    command.addAll(List.of("-t", Integer.toString(load.totalSeconds())));
    if (connection.source() != null) {
      command.addAll(List.of("-B", connection.source()));
    }
    if (load.direction() == Direction.DOWN) {
      command.add("-R");
    }
    return command;
  }

  /**
   * Waits for the end.
   *
   * @return what the receiver got
   * @throws IOException when it fails, or the sender used another congestion control
   */
  Goodput await() throws IOException {
    int exit = client.awaitExit(Duration.ofSeconds(load.totalSeconds()).plus(SLACK));
    String report = client.output();
    if (exit != 0) {
      throw new IOException("iperf3 failed: " + Transfer.find(report, "\"error\":\\s*\"([^\"]*)"));
    }
    String used = Transfer.find(report, "\"sender_tcp_congestion\":\\s*\"(\\w+)\"");
    if (!used.equals(congestionControl)) {
      throw new IOException("asked for " + congestionControl + ", but TCP used " + used);
    }
    if (load.direction() == Direction.DOWN) {
      return Goodput.parse(report, load.warmUpSeconds());
    }
    server.awaitExit(END_LIMIT);
    return Goodput.parse(server.output(), load.warmUpSeconds());
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
