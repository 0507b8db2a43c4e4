package dev.mptunnel.core;

import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.Limits;
import dev.mptunnel.wire.PacketType;
import dev.mptunnel.wire.PlainHandshake;
import dev.mptunnel.wire.SessionId;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The engine: all sessions of one process, fed with packets, datagrams and the time.
 *
 * <p>It has no clock: every call is told the time, in nanoseconds from any fixed moment, never
 * negative and never going back. It has no socket: local sockets are numbers that its driver chose.
 * After every call the driver asks {@link #nextTimer} when to call {@link #onTimer}.
 *
 * <p>Not thread-safe: one thread drives it. What comes from the network never throws; it is dropped
 * and counted.
 */
public final class Endpoint {

  private final Context context;
  private final SessionId sessionIds = SessionId.plain();
  private final PendingHandshakes pendings;
  private final LongMap<Session> sessions = new LongMap<>();
  private final TimerQueue timers = new TimerQueue();
  private int accepted;

  /**
   * An endpoint without sessions.
   *
   * @param random where session ids, incarnations and tokens come from: unpredictable in
   *     production, seeded in a simulation
   * @param output where its effects go
   */
  public Endpoint(EndpointSettings settings, RandomGenerator random, Output output) {
    context = new Context(settings, random, output);
    pendings = new PendingHandshakes(random, context.counters());
  }

  /**
   * A path of a session that we open.
   *
   * @param name what to call it
   * @param port the local port that it leaves from
   * @param remote where it leads, or null if its name has not been resolved yet
   */
  public record PathSpec(String name, int port, InetSocketAddress remote) {}

  /**
   * Opens a session: handshakes start at once and go on until one succeeds.
   *
   * @param specs its paths, whose ids are their places, at most {@link Limits#MAX_PATHS}
   */
  public Session open(long now, List<PathSpec> specs) {
    if (specs.isEmpty() || specs.size() > Limits.MAX_PATHS) {
      throw new IllegalArgumentException(specs.size() + " paths");
    }
    long id = sessionIds.create(context.random());
    Session session = new Session(context, id, true, now);
    for (int pathId = 0; pathId < specs.size(); pathId++) {
      PathSpec spec = specs.get(pathId);
      session.addPath(pathId, spec.name(), spec.port(), spec.remote());
    }
    sessions.put(id, session);
    session.startHandshake(now);
    session.onTimer(now);
    timers.schedule(session);
    return session;
  }

  /** Opens a flow of ours; the longest idle one makes room if there are too many. */
  public Flow openFlow(long now, Session session) {
    return session.openFlow(now);
  }

  /**
   * Sends a datagram of a flow, from position to limit. While the session has no path it waits, for
   * a few seconds, in a bounded queue. One too large to carry is dropped and counted.
   */
  public void send(long now, Flow flow, ByteBuffer payload) {
    flow.session().send(now, flow, payload);
    timers.schedule(flow.session());
  }

  /** The path leads elsewhere from now on: its name has been resolved, perhaps again. */
  public void redirect(long now, Session session, int pathId, InetSocketAddress remote) {
    session.redirect(now, pathId, remote);
    timers.schedule(session);
  }

  /**
   * Takes a packet from the network, from position to limit.
   *
   * @param port the local port at which it arrived
   * @param source where it came from
   * @param packet is changed by this
   */
  public void onDatagram(long now, int port, InetSocketAddress source, ByteBuffer packet) {
    if (packet.remaining() < Header.LENGTH || packet.remaining() > Limits.MAX_PACKET_BYTES) {
      context.counters().malformed++;
      return;
    }
    byte first = packet.get(packet.position());
    Session session = sessions.get(Header.sessionId(packet));
    if (session != null && session.isInitiator() == PacketType.isFromInitiator(first)) {
      context.counters().misdirected++;
      return;
    }
    switch (PacketType.type(first)) {
      case PacketType.DATA, PacketType.PATH -> {
        if (session == null || !session.receive(now, port, source, packet)) {
          receiveInPending(now, port, source, packet, session);
        }
      }
      case PacketType.HANDSHAKE_INIT -> onInit(now, port, source, packet, session);
      case PacketType.HANDSHAKE_RESPONSE -> onResponse(now, packet, session);
      default -> context.counters().malformed++;
    }
    if (session != null) {
      timers.schedule(session);
    }
  }

  private void receiveInPending(
      long now, int port, InetSocketAddress source, ByteBuffer packet, Session known) {
    long id = Header.sessionId(packet);
    int number = Header.epoch(packet);
    boolean tried = known != null;
    for (PendingHandshakes.Pending pending : pendings.of(id)) {
      if (pending.epoch().number() != number) {
        continue;
      }
      if (known == null && accepted >= context.settings().maxSessions()) {
        context.counters().sessionsRefused++;
        return;
      }
      tried = true;
      Session session = known != null ? known : new Session(context, id, false, now);
      if (session.receiveIn(pending.epoch(), now, port, source, packet)) {
        pendings.confirm(pending);
        if (known == null) {
          accepted++;
          sessions.put(id, session);
          timers.schedule(session);
        }
        return;
      }
    }
    if (tried) {
      context.counters().damaged++;
    } else {
      context.counters().strange++;
    }
  }

  private void onInit(
      long now, int port, InetSocketAddress source, ByteBuffer packet, Session session) {
    long id = Header.sessionId(packet);
    if (!context.settings().acceptsSessions()
        || (session == null
            && (!PacketType.isFromInitiator(packet.get(packet.position()))
                || !sessionIds.isValid(id)))) {
      context.counters().strange++;
      return;
    }
    int epoch = Header.epoch(packet);
    if (!PlainHandshake.isValid(packet)) {
      context.counters().damaged++;
      return;
    }
    if (session != null && session.usesEpoch(epoch)) {
      return; // a copy that came late, or a replay
    }
    PendingHandshakes.Pending pending =
        pendings.answer(now, id, epoch, PlainHandshake.initiatorIncarnation(packet));
    ByteBuffer answer = context.scratch();
    PlainHandshake.putResponse(
        answer, false, id, epoch, pending.initiatorIncarnation(), pending.responderIncarnation());
    context.output().transmit(port, source, answer);
  }

  private void onResponse(long now, ByteBuffer packet, Session session) {
    if (session == null) {
      context.counters().strange++;
    } else if (!PlainHandshake.isValid(packet)) {
      context.counters().damaged++;
    } else {
      session.onResponse(now, packet);
    }
  }

  /** When to call {@link #onTimer}, or {@code Long.MAX_VALUE} for never. */
  public long nextTimer() {
    return timers.next();
  }

  /** Does what has become due. */
  public void onTimer(long now) {
    for (Session session = timers.poll(now); session != null; session = timers.poll(now)) {
      if (session.isExpired(now)) {
        session.expire();
        sessions.remove(session.id());
        accepted--;
      } else {
        session.onTimer(now);
        timers.schedule(session);
      }
    }
  }

  /** Ends all sessions; each peer is told. The endpoint is of no use after this. */
  public void close() {
    sessions.forEach(Session::close);
  }

  /** The sessions there are now, in no order. */
  public List<Session> sessions() {
    List<Session> all = new ArrayList<>(sessions.size());
    sessions.forEach(all::add);
    return all;
  }

  /** What was dropped without a word. */
  public EndpointCounters counters() {
    return context.counters();
  }
}
