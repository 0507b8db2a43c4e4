package dev.mptunnel.core;

import java.net.InetSocketAddress;

/** What an {@link Endpoint} tells of besides packets. */
public sealed interface Event {

  /** The session that it happened to. */
  Session session();

  /**
   * Both ends are in the session: datagrams flow.
   *
   * @param again whether they had been before; each handshake opens the session again
   */
  record SessionOpened(Session session, boolean again) implements Event {}

  /** No path answers; an initiator starts handshakes until the peer is back. */
  record SessionSilent(Session session) implements Event {}

  /** The session is over and forgotten, or, for an initiator, to be opened again. */
  record SessionClosed(Session session, CloseReason reason) implements Event {}

  /** The path carries packets both ways, for the first time or again. */
  record PathUp(Session session, Path path) implements Event {}

  /** The path has not answered for the path time-out; it is asked on, but carries no data. */
  record PathDown(Session session, Path path) implements Event {}

  /**
   * The peer has proved to be at another address on this path.
   *
   * @param from where it was before
   */
  record PathMoved(Session session, Path path, InetSocketAddress from) implements Event {}

  /** The peer opened a flow; comes before its first datagram. */
  record FlowOpened(Flow flow) implements Event {
    @Override
    public Session session() {
      return flow.session();
    }
  }

  /** The flow was idle, or had to make room; its id may come to mean another. */
  record FlowClosed(Flow flow) implements Event {
    @Override
    public Session session() {
      return flow.session();
    }
  }
}
