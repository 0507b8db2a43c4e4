package dev.mptunnel.config;

/**
 * What runs over the tunnel: what its datagrams may wait for follows from it. What all paths lost
 * is asked for again for each of them.
 */
public enum Passenger {
  /** Not known: as a VPN. */
  ANY(true),
  /** OpenVPN, WireGuard and the like: in order, for the TCP inside takes disorder for loss. */
  VPN(true),
  /**
   * A call: each datagram as it comes, for one that comes late is worth more than one that waited.
   */
  VOICE(false),
  /** A game: the same. */
  GAME(false);

  private final boolean ordered;

  Passenger(boolean ordered) {
    this.ordered = ordered;
  }

  /** Whether its datagrams are delivered in the order in which they were sent. */
  public boolean isOrdered() {
    return ordered;
  }
}
