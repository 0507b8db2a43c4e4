package dev.mptunnel.stream;

import dev.mptunnel.crypto.RecordProtection;
import dev.mptunnel.crypto.TunnelKeys;
import dev.mptunnel.wire.Join;
import dev.mptunnel.wire.Records;
import dev.mptunnel.wire.TunnelSecret;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/**
 * One end of a TCP connection that is to be a tunnel: how it joins its session ({@link Join}), and
 * its records ({@link Records}) between the bytes that travel and the frames within.
 *
 * <p>What the initiator sends first is {@link #greeting}; so it is with the responder, once it has
 * a JOIN that is signed. Neither end has more to do with the other before the first record has
 * opened: both send one without frames at once. Used from one thread.
 */
public final class TunnelLink {

  private static final byte[] NONE = {};

  /** What comes. */
  public interface Handler {

    /** The peer is there, and in the session. */
    void onJoined();

    /**
     * A record came.
     *
     * @param frames from position to limit; valid until this returns
     * @return false if the peer has broken the rules
     */
    boolean onRecord(ByteBuffer frames);
  }

  private final boolean initiator;
  private final TunnelSecret secret;
  private final byte[] join;
  private final StreamBuffers buffers;
  private byte[] accept;

  /** What has come of a message that is not whole yet; null while nothing has. */
  private ByteBuffer incoming;

  private RecordProtection seals;
  private RecordProtection opens;
  private boolean joined;
  private long recordsUnderKey;
  private long keyNanos;
  private long sentNanos;
  private long heardNanos;

  private TunnelLink(
      StreamBuffers buffers,
      boolean initiator,
      TunnelSecret secret,
      byte[] join,
      byte[] accept,
      long now) {
    this.buffers = buffers;
    this.initiator = initiator;
    this.secret = secret;
    this.join = join;
    this.accept = accept;
    sentNanos = now;
    heardNanos = now;
    if (accept.length > 0) {
      begin(now);
    }
  }

  /**
   * A connection that we have made.
   *
   * @param buffers of the thread that it is used from
   * @param epoch the number of the one that the secret belongs to
   * @param tunnel a number that no tunnel of the session had before
   */
  public static TunnelLink dialled(
      StreamBuffers buffers,
      long now,
      long sessionId,
      int epoch,
      TunnelSecret secret,
      int tunnel,
      RandomGenerator random) {
    byte[] join = Join.join(sessionId, epoch, tunnel, nonce(random));
    TunnelKeys.signJoin(secret, join);
    return new TunnelLink(buffers, true, secret, join, NONE, now);
  }

  /**
   * A connection that a peer has made.
   *
   * @param buffers of the thread that it is used from
   * @param join with what it began
   * @param life see {@link Join}
   * @return null if it does not have the secret
   */
  public static TunnelLink accepted(
      StreamBuffers buffers,
      long now,
      byte[] join,
      TunnelSecret secret,
      long life,
      RandomGenerator random) {
    if (!TunnelKeys.isSigned(secret, join)) {
      return null;
    }
    byte[] accept = Join.accept(Join.sessionId(join), life, nonce(random));
    TunnelKeys.signAccept(secret, join, accept);
    return new TunnelLink(buffers, false, secret, join, accept, now);
  }

  private static byte[] nonce(RandomGenerator random) {
    byte[] nonce = new byte[Join.NONCE_BYTES];
    random.nextBytes(nonce);
    return nonce;
  }

  private void begin(long now) {
    seals = TunnelKeys.records(secret, join, accept, initiator);
    opens = TunnelKeys.records(secret, join, accept, !initiator);
    keyNanos = now;
  }

  /** What is to be sent first. */
  public ByteBuffer greeting() {
    return ByteBuffer.wrap(initiator ? join : accept);
  }

  /** The number of the tunnel. */
  public int tunnel() {
    return Join.tunnel(join);
  }

  /** The responder's life; known to an initiator once it has been answered. */
  public long life() {
    return Join.life(accept);
  }

  /** Whether the peer has shown that it is there now. */
  public boolean isJoined() {
    return joined;
  }

  /** Whether records may be sent: the keys are there. */
  public boolean hasKeys() {
    return seals != null;
  }

  /**
   * Takes bytes that came; all of them, or the connection is of no use any more.
   *
   * @return false if the peer is not who it should be, or has broken the rules
   */
  public boolean receive(long now, ByteBuffer bytes, Handler handler) {
    incoming = incoming == null ? buffers.take() : incoming;
    boolean isRight = receiveAll(now, bytes, handler);
    if (incoming.position() == 0) {
      buffers.giveBack(incoming);
      incoming = null;
    }
    return isRight;
  }

  private boolean receiveAll(long now, ByteBuffer bytes, Handler handler) {
    while (bytes.hasRemaining()) {
      if (!hasKeys()) {
        if (!takeAccept(now, bytes)) {
          return false;
        }
        continue;
      }
      if (!fill(bytes, Records.HEAD_BYTES)) {
        return true;
      }
      incoming.flip();
      int length = Records.HEAD_BYTES + Records.length(incoming);
      incoming.position(incoming.limit()).limit(incoming.capacity());
      if (length > Records.MAX_BYTES || length < Records.HEAD_BYTES + opens.tagBytes()) {
        return false;
      }
      if (!fill(bytes, length)) {
        return true;
      }
      ByteBuffer frames = opens.open(incoming.flip(), buffers.opened());
      incoming.clear();
      if (frames == null) {
        return false;
      }
      heardNanos = now;
      if (!joined) {
        joined = true;
        handler.onJoined();
      }
      if (frames.hasRemaining() && !handler.onRecord(frames)) {
        return false;
      }
    }
    return true;
  }

  private boolean takeAccept(long now, ByteBuffer bytes) {
    if (!fill(bytes, Join.ACCEPT_BYTES)) {
      return true;
    }
    byte[] answer = new byte[Join.ACCEPT_BYTES];
    incoming.get(0, answer);
    incoming.clear();
    if (!Join.isAccept(answer, Join.sessionId(join))
        || !TunnelKeys.isSigned(secret, join, answer)) {
      return false;
    }
    accept = answer;
    heardNanos = now;
    begin(now);
    return true;
  }

  /** Whether so many bytes have come by now of what is awaited. */
  private boolean fill(ByteBuffer bytes, int wanted) {
    int missing = wanted - incoming.position();
    if (missing > 0) {
      int taken = Math.min(missing, bytes.remaining());
      incoming.put(incoming.position(), bytes, bytes.position(), taken);
      incoming.position(incoming.position() + taken);
      bytes.position(bytes.position() + taken);
    }
    return incoming.position() >= wanted;
  }

  /**
   * Makes a record.
   *
   * @param frames from position to limit, perhaps none
   * @return what to send; valid until the next record of any tunnel is made
   */
  public ByteBuffer seal(long now, ByteBuffer frames) {
    ByteBuffer outgoing = buffers.sealed().clear().position(Records.HEAD_BYTES);
    outgoing.put(frames.duplicate()).flip();
    recordsUnderKey++;
    boolean last =
        recordsUnderKey >= StreamLimits.RECORDS_UNDER_KEY
            || now - keyNanos >= StreamLimits.KEY_NANOS;
    if (last) {
      recordsUnderKey = 0;
      keyNanos = now;
    }
    seals.seal(outgoing, last);
    sentNanos = now;
    return outgoing;
  }

  /** When something is to be sent, so that the peer, and all between, know that we are there. */
  public long nextSendNanos() {
    return sentNanos + StreamLimits.KEEP_ALIVE_NANOS;
  }

  /** When the connection is dead, if nothing comes until then. */
  public long deathNanos() {
    return heardNanos + (joined ? StreamLimits.SILENCE_NANOS : StreamLimits.JOIN_NANOS);
  }
}
