package dev.mptunnel.config;

/** What a server or a bridge listens for. */
public enum Protocol {
  /** Both. */
  BOTH(true, true),
  /** Datagrams alone. */
  UDP(true, false),
  /** Tunnels alone, and the datagrams that travel over TCP. */
  TCP(false, true);

  private final boolean udp;
  private final boolean tcp;

  Protocol(boolean udp, boolean tcp) {
    this.udp = udp;
    this.tcp = tcp;
  }

  /** Whether datagrams are listened for. */
  public boolean hasUdp() {
    return udp;
  }

  /** Whether TCP connections are. */
  public boolean hasTcp() {
    return tcp;
  }
}
