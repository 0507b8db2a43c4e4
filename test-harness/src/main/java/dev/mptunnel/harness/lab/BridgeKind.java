package dev.mptunnel.harness.lab;

import java.util.ArrayList;
import java.util.List;

/** The program that forwards on the bridges. */
public enum BridgeKind {
  /** This project's. */
  OURS {
    @Override
    List<String> command(int port, Endpoint server) {
      return JavaProgram.command(
          "dev.mptunnel.bridge.Main", Integer.toString(port), server.toString());
    }

    @Override
    List<List<String>> commands(Endpoint listen, Endpoint server, TunnelSockets sockets) {
      List<String> arguments = new ArrayList<>(sockets.options());
      arguments.addAll(List.of(listen.toString(), server.toString()));
      return List.of(
          JavaProgram.command("dev.mptunnel.bridge.Main", arguments.toArray(String[]::new)));
    }
  },
  /** What mptunnel's users have always taken. */
  SOCAT {
    @Override
    List<String> command(int port, Endpoint server) {
      return List.of("socat", "udp-listen:" + port + ",fork,reuseaddr", "udp4:" + server);
    }

    @Override
    List<List<String>> commands(Endpoint listen, Endpoint server, TunnelSockets sockets) {
      // TCP_CONGESTION
      String options = ",nodelay,setsockopt-string=6:13:" + sockets.congestionControl();
      return List.of(
          command(listen.port(), server),
          List.of(
              "socat",
              "tcp-listen:" + listen.port() + ",fork,reuseaddr" + options,
              "tcp4:" + server + options));
    }
  };

  /** The port that a bridge listens on. */
  static final int PORT = 4000;

  abstract List<String> command(int port, Endpoint server);

  /**
   * The commands of the processes that together forward datagrams and TCP connections.
   *
   * @param sockets of the connections, to both sides
   */
  abstract List<List<String>> commands(Endpoint listen, Endpoint server, TunnelSockets sockets);
}
