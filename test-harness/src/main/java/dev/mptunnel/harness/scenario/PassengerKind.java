package dev.mptunnel.harness.scenario;

/** Who can use the tunnel. */
public enum PassengerKind {
  /** 50 datagrams a second of 160 bytes, both ways: a call. Its delay is that of one way. */
  VOICE("voice"),
  /**
   * 60 datagrams a second of 100 bytes, each answered at once: a game. Its delay is there and back.
   */
  GAME("game"),
  /** A TCP transfer to the server inside OpenVPN. */
  OPENVPN("vpn"),
  /** A game inside WireGuard. */
  WIREGUARD("vpn");

  private final String traffic;

  PassengerKind(String traffic) {
    this.traffic = traffic;
  }

  /** What mpclient's setting {@code for} calls it. */
  String traffic() {
    return traffic;
  }
}
