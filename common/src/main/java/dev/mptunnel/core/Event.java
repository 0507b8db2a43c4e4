package dev.mptunnel.core;

import java.net.InetSocketAddress;

/** What an {@link Endpoint} tells of besides packets. */
public sealed interface Event {

  /** What happened to a session. */
  sealed interface OfSession extends Event {

    /** The session that it happened to. */
    Session session();
  }

  /** What a new epoch means to the session. */
  enum Opening {
    /** The session is new. */
    FIRST,
    /** Its keys were renewed. */
    RENEWED,
    /** The peer, which had forgotten it or could not be reached, is in it again. */
    FOUND_AGAIN
  }

  /** Both ends are in the session, in a new epoch: datagrams flow. */
  record SessionOpened(Session session, Opening opening) implements OfSession {}

  /** The peer does not let us in, or not yet. Told when that is news. */
  record SessionRefused(Session session, Refusal refusal) implements OfSession {}

  /**
   * Somebody whom we did not let in. Told at times only, since anybody can send such packets.
   *
   * @param source where the packet said that it is from
   * @param name the client's, where that is known, or null
   */
  record StrangerRefused(InetSocketAddress source, Refusal refusal, String name) implements Event {}

  /** No path answers; an initiator starts handshakes until the peer is back. */
  record SessionSilent(Session session) implements OfSession {}

  /** The session is over and forgotten, or, for an initiator, to be opened again. */
  record SessionClosed(Session session, CloseReason reason) implements OfSession {}

  /** The path carries packets both ways, for the first time or again. */
  record PathUp(Session session, Path path) implements OfSession {}

  /** The path has not answered for the path time-out; it is asked on, but carries no data. */
  record PathDown(Session session, Path path) implements OfSession {}

  /**
   * The peer has proved to be at another address on this path.
   *
   * @param from where it was before
   */
  record PathMoved(Session session, Path path, InetSocketAddress from) implements OfSession {}

  /**
   * The end that opened the session has given the path up, and nothing more comes on it: whoever
   * drives the endpoint may close the local port that it left from.
   */
  record PathRemoved(Session session, Path path) implements OfSession {}

  /** The path carries less than every path must; it carries no data until that changes. */
  record PathNarrow(Session session, Path path) implements OfSession {}

  /**
   * Two paths turn out to lose the same packets on their way to us, or to be slow at the same
   * times. Told once of each two.
   */
  record PathsShareFate(Session session, SessionReport.Shared shared) implements OfSession {}

  /** Why lost packets are not asked for. */
  enum SteppingBack {
    /** Our own queues are full: what is lost there is not to be sent again into them. */
    CONGESTION,
    /** More is lost than may be asked for. */
    BUDGET
  }

  /** Packets that all paths lost are not asked for any more, for a while. Told at times only. */
  record RepairSteppedBack(Session session, SteppingBack reason) implements OfSession {}

  /**
   * A flow of ours sends datagrams again and again that its session's paths carry in pieces only.
   * Told once, and again when they come to carry less.
   *
   * @param bytes how long the last one was
   * @param roomBytes the longest that travels whole
   */
  record FlowFragmented(Flow flow, int bytes, int roomBytes) implements OfSession {
    @Override
    public Session session() {
      return flow.session();
    }
  }

  /**
   * A flow leads nowhere: told once for each target by who opened the session, and at times by its
   * peer.
   *
   * @param target the name, or null for the fixed target
   */
  record TargetRefused(Session session, String target, TargetRefusal refusal)
      implements OfSession {}

  /** The peer opened a flow; comes before its first datagram. */
  record FlowOpened(Flow flow) implements OfSession {
    @Override
    public Session session() {
      return flow.session();
    }
  }

  /** The flow was idle, or had to make room; its id may come to mean another. */
  record FlowClosed(Flow flow) implements OfSession {
    @Override
    public Session session() {
      return flow.session();
    }
  }
}
