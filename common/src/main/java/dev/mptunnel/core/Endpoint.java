package dev.mptunnel.core;

import dev.mptunnel.core.PendingHandshakes.Pending;
import dev.mptunnel.crypto.Client;
import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.Limits;
import dev.mptunnel.wire.PacketType;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
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
  private Responder responder;
  private final LongMap<Session> sessions = new LongMap<>();
  private final TimerQueue timers = new TimerQueue();

  /**
   * An endpoint without sessions.
   *
   * @param security how sessions are opened and kept whole
   * @param random where session ids, keys and tokens come from: unpredictable in production, seeded
   *     in a simulation
   * @param output where its effects go
   */
  public Endpoint(
      EndpointSettings settings, Security security, RandomGenerator random, Output output) {
    this(settings, security, random, output, ProcessLimits.ofOne(settings, random));
  }

  /**
   * An endpoint without sessions, of several in its process.
   *
   * @param process what they share
   */
  public Endpoint(
      EndpointSettings settings,
      Security security,
      RandomGenerator random,
      Output output,
      ProcessLimits process) {
    context = new Context(settings, security, random, output, process);
    responder = newResponder();
  }

  private Responder newResponder() {
    return new Responder(context, id -> sessions.get(id) != null);
  }

  /**
   * Behaves so from now on, as far as that is asked for again and again: how often paths are asked,
   * and after which times paths, flows and sessions are given up.
   */
  public void adjust(long now, EndpointSettings settings) {
    context.setSettings(settings);
    context.process().places().adjust(settings);
    for (Session session : sessions()) {
      session.adjust(now);
      timers.schedule(session);
    }
  }

  /**
   * Opens sessions so from now on, and lets peers open theirs so. Those that we opened go on as
   * they are; those that peers opened end, and each is told.
   */
  public void secure(Security security) {
    context.setSecurity(security);
    responder = newResponder();
    for (Session session : sessions()) {
      if (!session.isInitiator()) {
        revoke(session);
      }
    }
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
    long id = context.sessionIds().create(context.random());
    Session session = Session.opened(context, id, now);
    for (int pathId = 0; pathId < specs.size(); pathId++) {
      PathSpec spec = specs.get(pathId);
      session.addPath(pathId, spec.name(), spec.port(), spec.remote());
    }
    sessions.put(id, session);
    session.onTimer(now);
    timers.schedule(session);
    return session;
  }

  /**
   * Says where the flows of sessions that peers open may lead. Until then there is the fixed target
   * alone.
   */
  public void offer(TargetNames targets) {
    context.setTargets(targets);
  }

  /** Opens a flow of ours to the fixed target that wants its order. */
  public Flow openFlow(long now, Session session) {
    return openFlow(now, session, null, true);
  }

  /**
   * Opens a flow of ours; the longest idle one makes room if there are too many.
   *
   * @param target the name of the target that it leads to, or null for the fixed one
   * @param ordered whether what one end sends, the other is to deliver in that order, so that a
   *     datagram may have to wait for one before it; otherwise each is delivered as it comes
   */
  public Flow openFlow(long now, Session session, String target, boolean ordered) {
    return session.openFlow(now, target, ordered);
  }

  /** Forgets a flow of ours; the peer does when it has been idle, or its id means another. */
  public void closeFlow(Flow flow) {
    flow.session().closeFlow(flow);
  }

  /**
   * Sends a datagram of a flow, from position to limit. While the session has no path it waits, for
   * a few seconds, in a bounded queue. One too large to carry is dropped and counted.
   */
  public void send(long now, Flow flow, ByteBuffer payload) {
    send(now, flow, payload, 0);
  }

  /**
   * Sends a datagram that is marked so; as {@link #send(long, Flow, ByteBuffer)}.
   *
   * @param trafficClass see {@link TrafficClass}
   */
  public void send(long now, Flow flow, ByteBuffer payload, int trafficClass) {
    flow.session().forgetOldKeys(now);
    flow.session().send(now, flow, payload, trafficClass);
    timers.schedule(flow.session());
  }

  /**
   * A session of ours has one path more.
   *
   * @return its id, or -1 if there are too many
   */
  public int addPath(long now, Session session, PathSpec spec) {
    int id = session.freePathId(spec.name());
    if (id < 0) {
      return -1;
    }
    Path path = session.addPath(id, spec.name(), spec.port(), spec.remote());
    if (session.isOpen()) {
      path.startEpoch(now);
    }
    if (spec.remote() != null) {
      session.opener().onPathAdded(now);
    }
    timers.schedule(session);
    return id;
  }

  /**
   * A session of ours gives a path up. The peer is told; what is on its way is still taken, and
   * then {@link Event.PathRemoved} is told.
   */
  public void removePath(long now, Session session, int pathId) {
    session.leavePath(now, pathId);
    timers.schedule(session);
  }

  /**
   * A path of a session of ours carries no data from now on, either way, or does again. It is asked
   * all the same how it is.
   */
  public void pausePath(long now, Session session, int pathId, boolean isPaused) {
    session.pausePath(now, pathId, isPaused);
    timers.schedule(session);
  }

  /** Ends a session of ours; the peer is told. */
  public void close(Session session) {
    session.close(DataFrames.CLOSE_NORMAL);
    forget(session);
    session.end(CloseReason.LOCAL);
  }

  /**
   * The path leads elsewhere from now on: its name has been resolved, perhaps again. Null: it leads
   * nowhere until it is redirected again.
   */
  public void redirect(long now, Session session, int pathId, InetSocketAddress remote) {
    session.redirect(now, pathId, remote);
    if (remote != null && session.isInitiator()) {
      session.opener().onPathAdded(now);
    }
    timers.schedule(session);
  }

  /** Takes a packet from the network that has arrived just now. */
  public void onDatagram(long now, int port, InetSocketAddress source, ByteBuffer packet) {
    onDatagram(now, now, port, source, packet);
  }

  /**
   * Takes a packet from the network, from position to limit.
   *
   * @param arrivedNanos when it arrived, by which the paths are measured; not later than now, but
   *     it may go back from one packet to the next
   * @param port the local port at which it arrived
   * @param source where it came from
   * @param packet is changed by this
   */
  public void onDatagram(
      long now, long arrivedNanos, int port, InetSocketAddress source, ByteBuffer packet) {
    onDatagram(now, arrivedNanos, 0, port, source, packet);
  }

  /**
   * Takes a packet from the network that is marked so; as {@link #onDatagram(long, long, int,
   * InetSocketAddress, ByteBuffer)}.
   *
   * @param trafficClass see {@link TrafficClass}
   */
  public void onDatagram(
      long now,
      long arrivedNanos,
      int trafficClass,
      int port,
      InetSocketAddress source,
      ByteBuffer packet) {
    context.setArrival(arrivedNanos, trafficClass);
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
      case PacketType.DATA, PacketType.PATH -> receive(now, port, source, packet, session);
      case PacketType.HANDSHAKE_INIT -> onInit(now, port, source, packet, session);
      case PacketType.HANDSHAKE_RESPONSE -> {
        if (isOpenedByUs(session)) {
          session.opener().onResponse(now, port, source, packet);
        }
      }
      case PacketType.COOKIE -> {
        if (isOpenedByUs(session)) {
          session.opener().onCookie(now, port, source, packet);
        }
      }
      case PacketType.HINT -> {
        if (isOpenedByUs(session)) {
          session.opener().onHint(now, packet);
        }
      }
      default -> context.counters().malformed++;
    }
    if (session != null) {
      timers.schedule(session);
    }
  }

  private boolean isOpenedByUs(Session session) {
    if (session == null || !session.isInitiator()) {
      context.counters().strange++;
      return false;
    }
    return true;
  }

  private void onInit(
      long now, int port, InetSocketAddress source, ByteBuffer packet, Session session) {
    boolean fromInitiator = PacketType.isFromInitiator(packet.get(packet.position()));
    if (!context.settings().acceptsSessions() || !fromInitiator) {
      context.counters().strange++;
      return;
    }
    responder.onInit(now, port, source, packet, session);
  }

  private void receive(
      long now, int port, InetSocketAddress source, ByteBuffer packet, Session session) {
    if (session != null) {
      session.forgetOldKeys(now);
      if (session.receive(now, port, source, packet)) {
        return;
      }
    }
    if (!confirms(now, port, source, packet, session)) {
      if (session != null) {
        context.counters().damaged++;
      } else {
        // Even if we answered a handshake of this epoch: it may be a replay from our last life.
        responder.hint(now, port, source, packet);
      }
    }
  }

  /**
   * Whether the packet confirms a handshake that we answered, and so opens a session or moves it to
   * new keys.
   */
  private boolean confirms(
      long now, int port, InetSocketAddress source, ByteBuffer packet, Session session) {
    boolean isData = PacketType.type(packet.get(packet.position())) == PacketType.DATA;
    boolean possible = isData || Header.path(packet) < Limits.MAX_PATHS; // no peer sends others
    int epoch = Header.epoch(packet);
    int length = packet.remaining();
    for (Pending answered : responder.pendings(now, Header.sessionId(packet))) {
      if (answered.epoch() == epoch && possible && mayConfirm(answered, session)) {
        ByteBuffer opened = context.open(answered.protection(), packet);
        if (opened != null) {
          confirm(now, port, source, length, opened, session, answered);
          return true;
        }
      }
    }
    return false;
  }

  /** Whether its client is still let in, and no other one has the session by now. */
  private boolean mayConfirm(Pending answered, Session session) {
    if (session != null && !Arrays.equals(session.peerKey(), answered.publicKey())) {
      return false;
    }
    Client client = context.security().client(answered.publicKey());
    return client == null ? answered.client() == null : !client.revoked();
  }

  private void confirm(
      long now,
      int port,
      InetSocketAddress source,
      int length,
      ByteBuffer packet,
      Session known,
      Pending answered) {
    responder.confirm(answered);
    Session session = known != null ? known : accept(now, answered);
    if (session != null) {
      Epoch epoch = session.newEpoch(now, answered.epoch(), answered.protection());
      session.receiveFirst(now, epoch, port, source, length, packet);
      timers.schedule(session);
    }
  }

  private Session accept(long now, Pending answered) {
    Session session = Session.accepted(context, answered, now);
    SessionPlaces places = context.process().places();
    SessionPlaces.Place place = places.take(now, session.clientName(), () -> evict(session));
    if (place == null) {
      context.counters().sessionsRefused++;
      return null;
    }
    session.setPlace(place);
    sessions.put(session.id(), session);
    return session;
  }

  /** Another session has its place, which one of another endpoint may have got a moment ago. */
  private void evict(Session session) {
    if (sessions.get(session.id()) == session) {
      forget(session);
      session.end(CloseReason.IDLE);
    }
  }

  private void forget(Session session) {
    sessions.remove(session.id());
    session.leavePlace();
  }

  /**
   * The clients that are let in have changed: ends the sessions of those that are not any more, and
   * the flows of the others to targets that they may not use any more.
   */
  public void reviewClients() {
    for (Session session : sessions()) {
      Client before = session.client();
      Client after = before == null ? null : context.security().client(session.peerKey());
      if (before != null && (after == null || after.revoked())) {
        revoke(session);
      } else {
        session.review(after);
      }
    }
  }

  private void revoke(Session session) {
    session.close(DataFrames.CLOSE_REVOKED);
    forget(session);
    session.end(CloseReason.REVOKED);
  }

  /** When to call {@link #onTimer}, or {@code Long.MAX_VALUE} for never. */
  public long nextTimer() {
    return timers.next();
  }

  /** Does what has become due. */
  public void onTimer(long now) {
    responder.expire(now);
    for (Session session = timers.poll(now); session != null; session = timers.poll(now)) {
      if (sessions.get(session.id()) != session) {
        continue; // forgotten meanwhile, and its id may be another's
      }
      if (session.isExpired(now)) {
        session.expire();
        forget(session);
      } else {
        session.onTimer(now);
        timers.schedule(session);
      }
    }
  }

  /** Ends all sessions; each peer is told. The endpoint is of no use after this. */
  public void close() {
    for (Session session : sessions()) {
      session.close(DataFrames.CLOSE_NORMAL);
      context.output().event(new Event.SessionClosed(session, CloseReason.LOCAL));
    }
  }

  /** The session of this id, or null. */
  public Session session(long id) {
    return sessions.get(id);
  }

  /**
   * What a tunnel of a session must have been joined with.
   *
   * @return null if there is no such session, or it has no such epoch
   */
  public TunnelKey tunnelKey(long now, long sessionId, int epoch) {
    Session session = sessions.get(sessionId);
    if (session == null) {
      return null;
    }
    session.forgetOldKeys(now);
    return session.tunnelKey(epoch);
  }

  /** Something suggests that the session's peer may be gone: asks it. */
  public void check(long now, Session session) {
    session.check(now);
    timers.schedule(session);
  }

  /** The sessions there are now, in no order. */
  public List<Session> sessions() {
    List<Session> all = new ArrayList<>(sessions.size());
    sessions.forEach(all::add);
    return all;
  }

  /** Handshakes that we answered and that nobody has confirmed yet. */
  public int pendingHandshakes() {
    return responder.pendings();
  }

  /** What the pieces of datagrams cost that wait for others, in bytes, over all sessions. */
  public long fragmentBytes() {
    return context.fragments().bytes();
  }

  /** The memory in which sent packets are kept, to be sent again, in bytes, over all sessions. */
  public long sentBytes() {
    return context.sentRoom().takenBytes();
  }

  /** What datagrams cost that wait for others, in bytes, over all sessions. */
  public long heldBytes() {
    return context.heldRoom().takenBytes();
  }

  /** What was dropped without a word. */
  public EndpointCounters counters() {
    return context.counters();
  }
}
