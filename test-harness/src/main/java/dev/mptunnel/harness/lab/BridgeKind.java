package dev.mptunnel.harness.lab;

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
  },
  /** What mptunnel's users have always taken. */
  SOCAT {
    @Override
    List<String> command(int port, Endpoint server) {
      return List.of("socat", "udp-listen:" + port + ",fork,reuseaddr", "udp4:" + server);
    }
  };

  /** The port that a bridge listens on. */
  static final int PORT = 4000;

  abstract List<String> command(int port, Endpoint server);
}
