package dev.mptunnel.core;

import dev.mptunnel.core.Event.Opening;
import dev.mptunnel.crypto.Hmac;
import dev.mptunnel.wire.Cookie;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.Hint;
import dev.mptunnel.wire.Limits;
import dev.mptunnel.wire.PacketType;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * The opening end's side of a session's handshakes: when to start one, what to send on which path,
 * and what to believe. The epoch that there is goes on being used until the new one stands.
 */
final class Initiator {

  /** Why a handshake was started. */
  private enum Cause {
    /** There is no epoch. */
    NONE,
    /** No path answers. */
    SILENCE,
    /** The peer says that it has forgotten the session. */
    HINT,
    /** The keys are old. */
    RENEWAL
  }

  private static final long NEVER = Long.MAX_VALUE;

  private final Context context;
  private final Security security;
  private final HandshakeMacs macs;
  private final Session session;
  private final byte[][] cookies = new byte[Limits.MAX_PATHS][];
  private final long[] cookieNanos = new long[Limits.MAX_PATHS];
  private int cookiesTaken;

  private Attempt attempt;
  private Cause cause = Cause.NONE;
  private int lastEpoch;
  private long lostSinceNanos = NEVER;
  private boolean silenceTold;
  private Refusal refusalTold;

  private byte[] resetKey = {};
  private long nextHintNanos = Long.MIN_VALUE;
  private long hintPauseNanos = CoreLimits.FIRST_HINT_PAUSE_NANOS;
  private boolean lastHintLied;
  private long heldHintNanos = NEVER;

  Initiator(Context context, Session session) {
    this.context = context;
    security = context.security();
    macs = context.macs();
    this.session = session;
    lastEpoch = context.random().nextInt(256);
  }

  /** When {@link #onTimer} is to be called. */
  long nextTimer() {
    long next = attempt == null ? session.epochs().renewalNanos() : attempt.nextTryNanos();
    return heldHintNanos == NEVER ? next : Math.min(next, session.quietNanos());
  }

  void onTimer(long now) {
    if (now >= session.quietNanos()) {
      considerHint(now);
    }
    boolean isLost = session.isLost(now);
    if (attempt == null) {
      if (isLost) {
        start(now, session.isOpen() ? Cause.SILENCE : Cause.NONE);
      } else if (session.epochs().isRenewalDue(now)) {
        start(now, Cause.RENEWAL);
      }
    } else if (cause == Cause.SILENCE && !isLost) {
      attempt = null; // the peer was there all the time
    }
    if (attempt != null && attempt.isDue(now)) {
      tryAgain(now);
    }
    noteLoss(now, isLost);
  }

  /** There is a way more: a handshake that is under way goes out on it at once. */
  void onPathAdded(long now) {
    if (attempt != null) {
      attempt.hasten(now);
      onTimer(now);
    }
  }

  /** The path of this id is given up: its id may come to mean another. */
  void onPathRemoved(int pathId) {
    cookies[pathId] = null;
  }

  private void start(long now, Cause why) {
    cause = why;
    begin(now, CoreLimits.FIRST_RETRY_NANOS);
  }

  private void begin(long now, long pauseNanos) {
    int epoch = lastEpoch;
    do {
      epoch = (epoch + 1) % 256;
    } while (session.epochs().find(epoch) != null);
    lastEpoch = epoch;
    byte type = PacketType.encode(PacketType.HANDSHAKE_INIT, true);
    int mode = security.mode();
    byte[] head = Handshake.head(type, session.id(), epoch, Handshake.VERSION, mode);
    Security.Initiation initiation = security.initiate(head, context.random());
    byte[] message = Handshake.message(head, initiation.body());
    attempt = new Attempt(now, context.random(), initiation, epoch, message, pauseNanos);
  }

  private void tryAgain(long now) {
    if (attempt.isStale(now)) {
      begin(now, attempt.pauseNanos());
      attempt.isDue(now); // it is, and the next time is set
    }
    cookiesTaken = 0;
    session.paths().forEach(path -> sendInit(now, path));
  }

  private void sendInit(long now, Path path) {
    if (path.remote() == null || !path.isInUse()) {
      return;
    }
    boolean hasCookie =
        cookies[path.id()] != null && now - cookieNanos[path.id()] < CoreLimits.COOKIE_NANOS;
    ByteBuffer packet = context.scratch();
    macs.putInit(packet, attempt.message(), hasCookie ? cookies[path.id()] : null);
    context.output().transmit(path.port(), path.remote(), packet);
  }

  private void noteLoss(long now, boolean isLost) {
    if (!isLost) {
      lostSinceNanos = NEVER;
      silenceTold = false;
    } else if (lostSinceNanos == NEVER) {
      lostSinceNanos = now;
    } else if (!silenceTold && now - lostSinceNanos >= session.pathTimeoutNanos()) {
      silenceTold = true;
      context.output().event(new Event.SessionSilent(session));
    }
  }

  /** The peer has ended the session: it is opened again as soon as that may succeed. */
  void onClosed(long now, boolean revoked) {
    start(now, Cause.NONE);
    attempt.putOffUntil(
        now + (revoked ? CoreLimits.REFUSED_PAUSE_NANOS : CoreLimits.FIRST_RETRY_NANOS));
  }

  /** Takes a RESPONSE for this session. */
  void onResponse(long now, int port, InetSocketAddress source, ByteBuffer packet) {
    if (!Handshake.fits(packet, Handshake.RESPONSE_TRAILER_BYTES)) {
      context.counters().malformed++;
      return;
    }
    if (!macs.isResponse(packet)) {
      context.counters().forged++;
      return;
    }
    int epoch = Header.epoch(packet);
    Path path = session.paths().from(port, source);
    if (attempt != null && attempt.epoch() == epoch) {
      if (path != null) {
        path.takeToken(Handshake.addressToken(packet));
      }
      onAnswer(now, epoch, packet);
    } else if (path != null && session.epochs().find(epoch) != null) {
      // A further copy: on this path, too, we can show that packets arrive.
      path.takeToken(Handshake.addressToken(packet));
      path.wake(now);
    }
  }

  private void onAnswer(long now, int epoch, ByteBuffer packet) {
    if (Handshake.version(packet) != Handshake.VERSION) {
      // Only mac1 speaks for it, which everyone can make who knows the responder's public key: it
      // must not keep a better answer out.
      tellRefusal(Refusal.OTHER_VERSION);
      return;
    }
    byte[] message = Handshake.message(packet, Handshake.RESPONSE_TRAILER_BYTES);
    Security.Established established = attempt.read(Handshake.body(message));
    if (established == null) {
      context.counters().damaged++;
      tellRefusal(Refusal.UNKNOWN_CLIENT);
      return;
    }
    switch (established.status()) {
      case REVOKED -> refused(now, Refusal.REVOKED, CoreLimits.REFUSED_PAUSE_NANOS);
      case FULL -> refused(now, Refusal.FULL, CoreLimits.FULL_PAUSE_NANOS);
      case WELCOME -> {
        attempt = null;
        refusalTold = null;
        resetKey = established.resetKey();
        Opening opening = cause == Cause.RENEWAL ? Opening.RENEWED : Opening.FOUND_AGAIN;
        session.startEpoch(now, session.newEpoch(now, epoch, established.protection()), opening);
      }
    }
  }

  /** The attempt has had its answer: further copies of that are of no interest. */
  private void refused(long now, Refusal refusal, long pauseNanos) {
    begin(now, CoreLimits.FIRST_RETRY_NANOS);
    attempt.putOffUntil(now + pauseNanos);
    tellRefusal(refusal);
  }

  private void tellRefusal(Refusal refusal) {
    if (refusal != refusalTold) {
      refusalTold = refusal;
      context.output().event(new Event.SessionRefused(session, refusal));
    }
  }

  /** Takes a COOKIE for this session: the responder wants to see that we are where we say. */
  void onCookie(long now, int port, InetSocketAddress source, ByteBuffer packet) {
    Path path = session.paths().from(port, source);
    if (attempt == null || path == null || packet.remaining() != Cookie.LENGTH) {
      context.counters().strange++;
      return;
    }
    byte[] cookie = macs.openCookie(packet, attempt.message());
    if (cookie == null) {
      context.counters().forged++;
      return;
    }
    cookies[path.id()] = cookie;
    cookieNanos[path.id()] = now;
    int mask = 1 << path.id();
    if ((cookiesTaken & mask) == 0) { // or who makes cookies could make us send
      cookiesTaken |= mask;
      sendInit(now, path);
    }
  }

  /**
   * Takes a HINT for this session. It is believed if it answers what we sent a moment ago and
   * nothing else tells otherwise, before or soon after: one of several servers that have the same
   * keys, to which a bridge led a packet astray, may well not know us.
   */
  void onHint(long now, ByteBuffer packet) {
    if (packet.remaining() != Hint.LENGTH || resetKey.length == 0) {
      context.counters().strange++;
      return;
    }
    byte[] header = Hint.answered(packet);
    byte[] check = HandshakeMacs.hintCheck(resetKey, header);
    int checkAt = packet.limit() - Handshake.MAC_BYTES;
    if (!Hmac.equal(check, packet, checkAt, Handshake.MAC_BYTES)
        || !session.sentLately(ByteBuffer.wrap(header))) {
      context.counters().forged++;
      return;
    }
    if (now >= nextHintNanos) {
      heldHintNanos = now;
      onTimer(now);
    }
  }

  /** It has been quiet for a while: a hint that came meanwhile was right. */
  private void considerHint(long now) {
    boolean believed = heldHintNanos != NEVER && session.lastHeardNanos() <= heldHintNanos;
    heldHintNanos = NEVER;
    if (!believed) {
      return;
    }
    if (!lastHintLied) {
      hintPauseNanos = CoreLimits.FIRST_HINT_PAUSE_NANOS;
    }
    lastHintLied = false;
    nextHintNanos = now + hintPauseNanos;
    if (attempt == null) {
      start(now, Cause.HINT);
    } else {
      cause = Cause.HINT;
      attempt.hasten(now);
    }
  }

  /** The epoch that was left is still in use at the peer: if a hint made us leave it, that lied. */
  void onOldEpochHeard(long now) {
    if (cause == Cause.HINT) {
      cause = Cause.NONE;
      lastHintLied = true;
      hintPauseNanos = Math.min(2 * hintPauseNanos, CoreLimits.LAST_HINT_PAUSE_NANOS);
      nextHintNanos = now + hintPauseNanos;
    }
  }
}
