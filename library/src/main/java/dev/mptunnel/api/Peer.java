package dev.mptunnel.api;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;

/**
 * Who is at the other end of a connection, or of a socket. A server tells its clients apart by it.
 *
 * @param name what the server's user called the client when it was invited ({@code mpserver invite
 *     NAME}), which nobody else can pose as; empty for a client that came by the shared secret, and
 *     for the server itself
 * @param session 16 hexadecimal digits that are the same for all that one {@link StripeClient}
 *     opens, and not for any other's, as long as it lives
 * @param addresses where the tunnels led to when this was asked for, each place once: of a client
 *     the addresses that it, or its bridges, came from; in no order, and empty if there was no
 *     tunnel then, as for a {@link MultipathSocket}
 */
public record Peer(String name, String session, List<InetSocketAddress> addresses) {

  /**
   * A peer.
   *
   * @throws NullPointerException if anything is null
   */
  public Peer {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(session, "session");
    addresses = List.copyOf(addresses);
  }

  /** The session's id as it is told. */
  static String text(long session) {
    return "%016x".formatted(session);
  }
}
