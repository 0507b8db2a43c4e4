package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.util.List;

/**
 * TCP through this project's mpclient and mpserver, sealed with a secret.
 *
 * @param tunnels TCP connections over each bridge
 * @param sockets of the tunnels, at all programs
 * @param congestionControl that of the application's connections to the programs
 */
record StripedTcp(
    String name, int tunnels, TunnelSockets sockets, String congestionControl, BridgeKind bridges)
    implements TcpCompetitor {

  private static final int DATAGRAM_PORT = 3000;
  private static final int LISTEN_PORT = 3001;
  private static final int KEYSTROKES_LISTEN_PORT = 3002;

  /** Where the server's host shows what is typed. */
  static final int KEYSTROKES_PORT = 5301;

  private static final String LOCAL = "127.0.0.1";

  @Override
  public Ready start(Topology topology) throws IOException {
    String target = new Endpoint(LOCAL, BulkConnection.PORT).toString();
    String keys = new Endpoint(LOCAL, KEYSTROKES_PORT).toString();
    List<String> ofServer =
        List.of("--target", target, "--tcp-target", target, "--tcp-target.keys", keys);
    List<String> ofClient =
        List.of(
            "--listen",
            Integer.toString(DATAGRAM_PORT),
            "--listen-tcp",
            Integer.toString(LISTEN_PORT),
            "--listen-tcp.keys",
            Integer.toString(KEYSTROKES_LISTEN_PORT));
    return new Running(
        SealedPrograms.start(topology, tunnels, sockets, bridges, ofServer, ofClient));
  }

  private final class Running implements Ready {

    private final SealedPrograms programs;

    Running(SealedPrograms programs) {
      this.programs = programs;
    }

    @Override
    public List<BulkConnection> connections() {
      Endpoint entrance = new Endpoint(LOCAL, LISTEN_PORT);
      return List.of(new BulkConnection(entrance, BulkConnection.PORT, null, List.of()));
    }

    @Override
    public Endpoint keystrokes() {
      return new Endpoint(LOCAL, KEYSTROKES_LISTEN_PORT);
    }

    @Override
    public String congestionControl() {
      return congestionControl;
    }

    @Override
    public void check(Topology lab, Direction direction) throws IOException {
      programs.check();
    }

    @Override
    public boolean hasPrograms() {
      return true;
    }

    @Override
    public Processors used() throws IOException {
      return programs.used();
    }

    @Override
    public void close() throws IOException {
      programs.close();
    }
  }
}
