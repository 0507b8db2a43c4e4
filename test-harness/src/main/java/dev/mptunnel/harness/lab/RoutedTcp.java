package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * TCP of the kernel's over the {@link RoutedLines}, through bridges that only forward.
 *
 * @param usedLines the numbers of the lines that carry data
 * @param multipath whether it is one connection of Multipath TCP; else one TCP connection for each
 *     line, all at once
 * @param congestionControl of the connections, or of the subflows
 */
record RoutedTcp(String name, List<Integer> usedLines, boolean multipath, String congestionControl)
    implements TcpCompetitor {

  /** What makes a program ask for Multipath TCP where it asks for TCP. */
  static final List<String> MULTIPATH = List.of("mptcpize", "run");

  RoutedTcp {
    usedLines = List.copyOf(usedLines);
  }

  @Override
  public Ready start(Topology topology) {
    return new Running();
  }

  /** Nothing but routes, which are always there. */
  private final class Running implements Ready {

    @Override
    public List<BulkConnection> connections() {
      if (multipath) {
        Endpoint target = new Endpoint(RoutedLines.SERVER_ADDRESS, BulkConnection.PORT);
        return List.of(new BulkConnection(target, target.port(), null, MULTIPATH));
      }
      List<BulkConnection> all = new ArrayList<>();
      for (int line : usedLines) {
        int port = BulkConnection.PORT + all.size();
        Endpoint target = new Endpoint(RoutedLines.SERVER_ADDRESS, port);
        all.add(new BulkConnection(target, port, Topology.lineAddress(line, 1), List.of()));
      }
      return all;
    }

    @Override
    public Endpoint keystrokes() {
      return new Endpoint(RoutedLines.SERVER_ADDRESS, StripedTcp.KEYSTROKES_PORT);
    }

    @Override
    public String congestionControl() {
      return congestionControl;
    }

    @Override
    public void check(Topology topology, Direction direction) throws IOException {
      boolean up = direction == Direction.UP;
      Namespace sender = up ? topology.client() : topology.server();
      String end = up ? "dst " : "src ";
      TcpSockets all = TcpSockets.of(sender, end + RoutedLines.SERVER_ADDRESS);
      TcpSockets sending = (multipath ? all.ofMultipath() : all).bulk().by(congestionControl);
      for (int line : usedLines) {
        if (sending.at(Topology.lineAddress(line, 1)).count() != 1) {
          throw new IOException(
              "expected one connection over line %d that sends by %s; there are:%n%s"
                  .formatted(line, congestionControl, all));
        }
      }
    }

    @Override
    public boolean hasPrograms() {
      return false;
    }

    @Override
    public Processors used() {
      return Processors.NONE;
    }

    @Override
    public void close() {}
  }
}
