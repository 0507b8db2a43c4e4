package dev.mptunnel.core;

import dev.mptunnel.core.PendingHandshakes.Pending;
import dev.mptunnel.core.StrangerLimits.Decision;
import dev.mptunnel.crypto.Client;
import dev.mptunnel.wire.Cookie;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.Hint;
import dev.mptunnel.wire.PacketType;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * The answering side of handshakes, for all sessions of an endpoint: what is said to those who have
 * not authenticated. To somebody who does not know our public key, nothing; to all others a
 * RESPONSE, a COOKIE, or a HINT, never larger than what it answers, and not too often.
 */
final class Responder {

  private final Context context;
  private final PendingHandshakes pendings;
  private final Strangers strangers;
  private final Sessions sessions;

  /** The sessions that there are. */
  interface Sessions {

    /** Whether there is a session of this id. */
    boolean isKnown(long sessionId);
  }

  Responder(Context context, Sessions sessions) {
    this.context = context;
    this.sessions = sessions;
    // Not in parts: what all endpoints answer in a second may all come to one of them.
    int max = CoreLimits.MAX_PENDING_HANDSHAKES;
    pendings = new PendingHandshakes(max, context.counters(), this::onUnconfirmed);
    strangers = new Strangers(context);
  }

  /** Forgets handshakes that nobody has confirmed in time. */
  void expire(long now) {
    pendings.expire(now);
  }

  /** How many answered handshakes wait to be confirmed. */
  int pendings() {
    return pendings.size();
  }

  /** A session's answered handshakes that may still be confirmed, oldest first. */
  List<Pending> pendings(long now, long sessionId) {
    pendings.expire(now);
    return pendings.of(sessionId);
  }

  /** The session has moved to this one. */
  void confirm(Pending pending) {
    pendings.confirm(pending);
  }

  /**
   * Takes an INIT.
   *
   * @param session the session that it names, or null if there is none
   */
  void onInit(long now, int port, InetSocketAddress source, ByteBuffer packet, Session session) {
    if (!Handshake.fits(packet, Handshake.INIT_TRAILER_BYTES)) {
      context.counters().malformed++;
      return;
    }
    if (!context.macs().isInit(packet)) {
      context.counters().forged++;
      strangers.onForeignInit(now, source, packet);
      return;
    }
    if (Handshake.version(packet) != Handshake.VERSION) {
      strangers.tell(now, source, Refusal.OTHER_VERSION, null);
      if (mayReply(now, port, source, session)) {
        answerOtherVersion(port, source, packet);
      }
      return;
    }
    if (!context.security().answers(Handshake.mode(packet))) {
      context.counters().malformed++; // with our key, but of a mode that its version does not have
      return;
    }
    if (session != null && session.epochs().find(Header.epoch(packet)) != null) {
      return; // a copy that came late, or a replay
    }
    // Before anything else is computed: of a flood, this is all that most of it costs.
    if (!mayReply(now, port, source, session)) {
      return;
    }
    long id = Header.sessionId(packet);
    if (session == null && !context.sessionIds().isValid(id)) {
      context.counters().forged++;
      return;
    }
    byte[] message = Handshake.message(packet, Handshake.INIT_TRAILER_BYTES);
    Pending pending = pendings.find(id, message);
    if (pending != null) {
      respond(now, port, source, packet, pending.response());
    } else {
      considerNew(now, port, source, packet, message, session);
    }
  }

  /** Whether one more packet may be sent there now; takes it from what may be sent. */
  private boolean mayReply(long now, int port, InetSocketAddress source, Session session) {
    boolean granted =
        leadsTo(session, port, source)
            ? context.limits().mayReplyOnPath(now, session.id(), source)
            : context.limits().mayReply(now, source);
    if (!granted) {
      context.counters().repliesWithheld++;
    }
    return granted;
  }

  private static boolean leadsTo(Session session, int port, InetSocketAddress source) {
    return session != null && session.paths().leadTo(port, source);
  }

  private void considerNew(
      long now,
      int port,
      InetSocketAddress source,
      ByteBuffer packet,
      byte[] message,
      Session session) {
    boolean proven = context.addresses().isProven(now, source, packet);
    if (!pendings.hasRoom(now, Header.sessionId(packet), proven)) {
      sendCookie(now, port, source, packet);
      return;
    }
    boolean renews =
        proven && leadsTo(session, port, source) && context.limits().mayRenew(now, session.id());
    Decision decision = renews ? Decision.ANSWER : context.limits().onInit(now, source, proven);
    switch (decision) {
      case ANSWER -> answerNew(now, port, source, packet, message, session, proven);
      case SEND_COOKIE -> sendCookie(now, port, source, packet);
      case DROP -> context.counters().handshakesRefused++;
    }
  }

  private void answerNew(
      long now,
      int port,
      InetSocketAddress source,
      ByteBuffer packet,
      byte[] message,
      Session session,
      boolean proven) {
    context.counters().handshakesAnswered++;
    byte[] head = Arrays.copyOf(message, Handshake.HEAD_BYTES);
    Security.Reception reception = context.security().receive(head, Handshake.body(message));
    if (reception == null) {
      context.counters().forged++;
      return;
    }
    if (session != null && !Arrays.equals(session.peerKey(), reception.publicKey())) {
      context.counters().handshakesRefused++;
      strangers.tell(now, source, Refusal.OTHER_CLIENT, null);
      return;
    }
    Client client = reception.client();
    if (client != null && !context.limits().mayOpen(now, reception.publicKey(), source)) {
      context.counters().handshakesRefused++;
      return;
    }
    HandshakeStatus status = status(now, client, session);
    long id = Header.sessionId(packet);
    Security.Answer answer =
        reception.answer(status, context.security().resetKey(id), context.random());
    byte[] response = response(packet, answer.body());
    if (status == HandshakeStatus.WELCOME) {
      pendings.add(
          new Pending(
              id,
              Header.epoch(packet),
              message,
              response,
              reception.publicKey(),
              client,
              answer.protection(),
              source,
              proven,
              now));
    } else {
      context.counters().handshakesRefused++;
      strangers.tell(
          now,
          source,
          status == HandshakeStatus.REVOKED ? Refusal.REVOKED : Refusal.FULL,
          name(client));
    }
    respond(now, port, source, packet, response);
  }

  private HandshakeStatus status(long now, Client client, Session session) {
    if (client != null && client.revoked()) {
      return HandshakeStatus.REVOKED;
    }
    return session != null || context.process().places().hasRoom(now, name(client))
        ? HandshakeStatus.WELCOME
        : HandshakeStatus.FULL;
  }

  /** Answers an INIT, which may be answered, but never with more bytes than it has. */
  private boolean reply(int port, InetSocketAddress to, ByteBuffer init, ByteBuffer packet) {
    if (packet.remaining() > init.remaining()) {
      context.counters().repliesWithheld++;
      return false;
    }
    context.output().transmit(port, to, packet);
    return true;
  }

  private void respond(
      long now, int port, InetSocketAddress source, ByteBuffer init, byte[] response) {
    ByteBuffer packet = context.scratch();
    long token = context.addresses().token(now, Header.sessionId(init), port, source);
    context.macs().putResponse(packet, response, token);
    reply(port, source, init, packet);
  }

  private void answerOtherVersion(int port, InetSocketAddress source, ByteBuffer init) {
    ByteBuffer packet = context.scratch();
    context.macs().putResponse(packet, response(init, new byte[0]), 0);
    reply(port, source, init, packet);
  }

  /** Head and body of a RESPONSE to this INIT. */
  private static byte[] response(ByteBuffer init, byte[] body) {
    byte[] head =
        Handshake.head(
            PacketType.encode(PacketType.HANDSHAKE_RESPONSE, false),
            Header.sessionId(init),
            Header.epoch(init),
            Handshake.VERSION,
            Handshake.mode(init));
    return Handshake.message(head, body);
  }

  private void sendCookie(long now, int port, InetSocketAddress source, ByteBuffer init) {
    byte[] nonce = new byte[Cookie.NONCE_BYTES];
    context.random().nextBytes(nonce);
    ByteBuffer packet = context.scratch();
    context.macs().putCookie(packet, init, nonce, context.addresses().cookie(now, source));
    if (reply(port, source, init, packet)) {
      context.counters().cookiesSent++;
    }
  }

  /**
   * A DATA or PATH packet came of a session that is not here: after a restart, its peer may know.
   */
  void hint(long now, int port, InetSocketAddress source, ByteBuffer packet) {
    context.counters().strange++;
    if (!PacketType.isFromInitiator(packet.get(packet.position()))
        || !context.sessionIds().isValid(Header.sessionId(packet))) {
      return;
    }
    int received = packet.remaining();
    if (received < Hint.LENGTH || !context.limits().mayReplyToData(now, source)) {
      context.counters().repliesWithheld++;
      return;
    }
    byte[] header = Handshake.bytes(packet, 0, Header.LENGTH);
    byte[] key = context.security().resetKey(Header.sessionId(packet));
    ByteBuffer hint = context.scratch();
    Hint.put(hint, false, header, HandshakeMacs.hintCheck(key, header));
    context.output().transmit(port, source, hint);
    context.counters().hintsSent++;
  }

  private void onUnconfirmed(Pending pending) {
    if (!sessions.isKnown(pending.sessionId())) {
      long endedNanos = pending.answeredNanos() + CoreLimits.PENDING_LIFETIME_NANOS;
      strangers.tell(endedNanos, pending.source(), Refusal.UNKNOWN_CLIENT, name(pending.client()));
    }
  }

  private static String name(Client client) {
    return client == null ? null : client.name();
  }
}
