package dev.mptunnel.wire;

import java.nio.ByteBuffer;

/**
 * The frames of a PATH packet, one after another until the packet's end, encoded as {@link
 * DataFrames} are.
 *
 * <pre>
 *  PADDING   0x10  any bytes, ignored
 *  PING      0x11  id:32 | sent:48 | arrived:48
 *  PONG      0x12  id:32 | sent:48 | arrived:48 | delivered:48 | longest:16
 *  CHALLENGE 0x13  token:64
 *  RESPONSE  0x14  token:64
 *  PROBE     0x15  any bytes, ignored
 *  ASK       0x16  question:32 | epoch:8 | first:48 | offset:16, up to 64 times
 *  MARK      0x17  epoch:8 | highest:48
 *  PARITY    0x18  epoch:8 | first:48 | lengths:16 | offset:16 | bytes
 *  ECN       0x19  field:8
 *  STATE     0x1a  state:8
 * </pre>
 *
 * <p>{@code sent} is how many DATA and PATH packets the sender has sent on this path in this epoch,
 * this packet included; {@code arrived} how many of the other end's have arrived on it; {@code
 * delivered} how many different DATA packets have arrived in this epoch on any path. Each end
 * learns so what is lost each way, whatever was sent where.
 *
 * <p>An ASK asks for DATA packets of an epoch again: those with the counters {@code first} and
 * {@code first} plus each {@code offset}. It goes out on every path with the same {@code question},
 * which no other one of the sender's in this epoch has, so that the first copy is answered and the
 * others are not. A MARK says what the highest counter of an epoch is that was sent, when nothing
 * more follows for a while.
 *
 * <p>Two PARITYs hold the exclusive or of {@link #PARITY_GROUP} DATA packets, sealed as they were
 * sent and each filled up with zeros to the longest: those from the counter {@code first} on, which
 * is a multiple of their number. {@code lengths} is the exclusive or of their lengths in bytes. One
 * holds the first half, with the {@code offset} 0, the other the rest, from {@code offset} on. From
 * both and all but one of the packets that one can be had (simple parity, as in RFC 5109).
 *
 * <p>An ECN stands beside a PONG and says with which bits of ECN (RFC 3168) the PING came, if not
 * with 0: so whoever sent it knows that they come through, and that the other end heeds them.
 *
 * <p>A STATE stands beside a PING of the end that opened the session and says of the path {@link
 * #PAUSED}: neither end is to send DATA on it; or {@link #LEFT}: its sender gives it up. Beside a
 * PING without one the path is in use. That of the newest packet counts.
 */
public final class PathFrames {

  /** A PING, whole, with the padding that makes it as long as a PONG and a CHALLENGE together. */
  public static final int PADDED_PING_BYTES = 38;

  /** A PONG, whole. */
  public static final int PONG_BYTES = 27;

  /** A CHALLENGE or a RESPONSE, whole. */
  public static final int TOKEN_BYTES = 11;

  /** A PROBE without a byte in it. */
  public static final int MIN_PROBE_BYTES = 3;

  /** Counters that one ASK may name. */
  public static final int MAX_ASKED = 65;

  /** The highest offset in an ASK. */
  public static final int MAX_OFFSET = 0xffff;

  /** A MARK, whole. */
  public static final int MARK_BYTES = 10;

  /** The state of a path that is asked how it is, and carries no DATA. */
  public static final int PAUSED = 1;

  /** The state of a path that is given up. */
  public static final int LEFT = 2;

  /** DATA packets that a parity is made of. */
  public static final int PARITY_GROUP = 64;

  private static final int PADDING = 0x10;
  private static final int PING = 0x11;
  private static final int PONG = 0x12;
  private static final int CHALLENGE = 0x13;
  private static final int RESPONSE = 0x14;
  private static final int PROBE = 0x15;
  private static final int ASK = 0x16;
  private static final int MARK = 0x17;
  private static final int PARITY = 0x18;
  private static final int ECN = 0x19;
  private static final int STATE = 0x1a;

  private static final int PING_FIELDS = 16;
  private static final int PONG_FIELDS = 24;
  private static final int TOKEN_FIELDS = 8;
  private static final int ASK_FIELDS = 11;
  private static final int MARK_FIELDS = 7;
  private static final int PARITY_FIELDS = 11;

  private PathFrames() {}

  /** What is found in a PATH packet. */
  public interface Handler {

    /** The peer asks for a PONG with this id. */
    void onPing(int id, long sent, long arrived);

    /**
     * The peer answers a PING.
     *
     * @param longestBytes the longest packet that arrived there lately; see {@link PathFrames}
     */
    void onPong(int id, long sent, long arrived, long delivered, int longestBytes);

    /** The peer asks whether we are where this packet came from. */
    void onChallenge(long token);

    /** The peer proves that it is where this packet came from. */
    void onResponse(long token);

    /**
     * The peer asks for packets again.
     *
     * @param question which of its questions this is
     * @param epoch the number of the packets' epoch
     * @param first the counter of one of them
     * @param offsets what to add to it for each of the others, 16 bits each, from position to
     *     limit; valid until this returns
     */
    void onAsk(int question, int epoch, long first, ByteBuffer offsets);

    /** The peer has sent packets up to this counter in the epoch of this number. */
    void onMark(int epoch, long highest);

    /**
     * Half of the exclusive or of packets.
     *
     * @param epoch the number of the packets' epoch
     * @param first the lowest counter of them, a multiple of {@link #PARITY_GROUP}
     * @param lengths the exclusive or of their lengths, in bytes
     * @param offset where in the exclusive or these bytes stand
     * @param bytes from position to limit; valid until this returns
     */
    void onParity(int epoch, long first, int lengths, int offset, ByteBuffer bytes);

    /** The PING that is answered in this packet came with these bits of ECN. */
    void onEcn(int field);

    /** The path is {@link #PAUSED}, or {@link #LEFT}, or what a later version knows. */
    void onState(int state);
  }

  /**
   * Appends a PING and its padding. The padding lets the other end answer an address that it does
   * not know yet with no more bytes than came from there.
   */
  public static void putPing(ByteBuffer packet, int id, long sent, long arrived) {
    Frames.putHead(packet, PING, PING_FIELDS).putInt(id);
    put48(packet, sent);
    put48(packet, arrived);
    int padding = PADDED_PING_BYTES - Frames.HEAD_BYTES - PING_FIELDS - Frames.HEAD_BYTES;
    Frames.putHead(packet, PADDING, padding).put(new byte[padding]);
  }

  /** Appends a PONG. */
  public static void putPong(
      ByteBuffer packet, int id, long sent, long arrived, long delivered, int longestBytes) {
    Frames.putHead(packet, PONG, PONG_FIELDS).putInt(id);
    put48(packet, sent);
    put48(packet, arrived);
    put48(packet, delivered);
    packet.putShort((short) longestBytes);
  }

  /**
   * Appends a PROBE.
   *
   * @param lengthBytes of the whole frame, at least {@link #MIN_PROBE_BYTES}
   */
  public static void putProbe(ByteBuffer packet, int lengthBytes) {
    Frames.putHead(packet, PROBE, lengthBytes - Frames.HEAD_BYTES)
        .put(new byte[lengthBytes - Frames.HEAD_BYTES]);
  }

  /** Appends a CHALLENGE. */
  public static void putChallenge(ByteBuffer packet, long token) {
    Frames.putHead(packet, CHALLENGE, TOKEN_FIELDS).putLong(token);
  }

  /** Appends a RESPONSE. */
  public static void putResponse(ByteBuffer packet, long token) {
    Frames.putHead(packet, RESPONSE, TOKEN_FIELDS).putLong(token);
  }

  /** How long an ASK for so many packets is, whole. */
  public static int askBytes(int packets) {
    return Frames.HEAD_BYTES + ASK_FIELDS + (packets - 1) * Short.BYTES;
  }

  /**
   * Appends an ASK.
   *
   * @param counters of the packets asked for, ascending, the last at most {@link #MAX_OFFSET} above
   *     the first
   * @param count how many of them, 1 to {@link #MAX_ASKED}
   */
  public static void putAsk(
      ByteBuffer packet, int question, int epoch, long[] counters, int count) {
    Frames.putHead(packet, ASK, askBytes(count) - Frames.HEAD_BYTES)
        .putInt(question)
        .put((byte) epoch);
    put48(packet, counters[0]);
    for (int place = 1; place < count; place++) {
      packet.putShort((short) (counters[place] - counters[0]));
    }
  }

  /** Appends a MARK. */
  public static void putMark(ByteBuffer packet, int epoch, long highest) {
    Frames.putHead(packet, MARK, MARK_FIELDS).put((byte) epoch);
    put48(packet, highest);
  }

  /** How long a PARITY with so many bytes of the exclusive or is, whole. */
  public static int parityBytes(int bytes) {
    return Frames.HEAD_BYTES + PARITY_FIELDS + bytes;
  }

  /**
   * Appends a PARITY.
   *
   * @param first a multiple of {@link #PARITY_GROUP}
   * @param bytes from position to limit
   */
  public static void putParity(
      ByteBuffer packet, int epoch, long first, int lengths, int offset, ByteBuffer bytes) {
    Frames.putHead(packet, PARITY, PARITY_FIELDS + bytes.remaining()).put((byte) epoch);
    put48(packet, first);
    packet.putShort((short) lengths).putShort((short) offset).put(bytes);
  }

  /** Appends an ECN. */
  public static void putEcn(ByteBuffer packet, int field) {
    Frames.putHead(packet, ECN, 1).put((byte) field);
  }

  /** Appends a STATE. */
  public static void putState(ByteBuffer packet, int state) {
    Frames.putHead(packet, STATE, 1).put((byte) state);
  }

  /** Whether the frames from position to limit are those of a probe; neither is changed. */
  public static boolean isProbe(ByteBuffer frames) {
    return frames.hasRemaining() && frames.get(frames.position()) == PROBE;
  }

  /**
   * Whether a packet with the frames from position to limit, which are not changed, asks how a path
   * is that its sender wants to have.
   */
  public static boolean asksForPath(ByteBuffer frames) {
    Asking asking = new Asking();
    return read(frames.duplicate(), asking) && asking.pinged && !asking.left;
  }

  /** Sees what of a path a packet asks for, and nothing else. */
  private static final class Asking implements Handler {

    private boolean pinged;
    private boolean left;

    @Override
    public void onPing(int id, long sent, long arrived) {
      pinged = true;
    }

    @Override
    public void onState(int state) {
      left = state == LEFT;
    }

    @Override
    public void onPong(int id, long sent, long arrived, long delivered, int longestBytes) {}

    @Override
    public void onChallenge(long token) {}

    @Override
    public void onResponse(long token) {}

    @Override
    public void onAsk(int question, int epoch, long first, ByteBuffer offsets) {}

    @Override
    public void onMark(int epoch, long highest) {}

    @Override
    public void onParity(int epoch, long first, int lengths, int offset, ByteBuffer bytes) {}

    @Override
    public void onEcn(int field) {}
  }

  /**
   * Reads the frames between position and limit.
   *
   * @return false if a frame is malformed; those before it have been handled
   */
  public static boolean read(ByteBuffer frames, Handler handler) {
    return Frames.read(frames, PathFrames::fieldsOf, PathFrames::readFrame, handler);
  }

  private static boolean readFrame(int type, ByteBuffer frame, Handler handler) {
    switch (type) {
      case PING -> handler.onPing(frame.getInt(), get48(frame), get48(frame));
      case PONG ->
          handler.onPong(
              frame.getInt(), get48(frame), get48(frame), get48(frame), frame.getShort() & 0xffff);
      case CHALLENGE -> handler.onChallenge(frame.getLong());
      case RESPONSE -> handler.onResponse(frame.getLong());
      case ASK -> {
        return readAsk(frame, handler);
      }
      case MARK -> handler.onMark(frame.get() & 0xff, get48(frame));
      case PARITY -> {
        return readParity(frame, handler);
      }
      case ECN -> handler.onEcn(frame.get() & 0xff);
      case STATE -> handler.onState(frame.get() & 0xff);
      default -> {
        // Padding, a probe, or of a later version; skipped.
      }
    }
    return true;
  }

  private static boolean readAsk(ByteBuffer frame, Handler handler) {
    int offsetsBytes = frame.remaining() - ASK_FIELDS;
    if (offsetsBytes % Short.BYTES != 0 || offsetsBytes / Short.BYTES >= MAX_ASKED) {
      return false;
    }
    int question = frame.getInt();
    int epoch = frame.get() & 0xff;
    handler.onAsk(question, epoch, get48(frame), frame);
    return true;
  }

  private static boolean readParity(ByteBuffer frame, Handler handler) {
    int epoch = frame.get() & 0xff;
    long first = get48(frame);
    int lengths = frame.getShort() & 0xffff;
    int offset = frame.getShort() & 0xffff;
    if (first % PARITY_GROUP != 0) {
      return false;
    }
    handler.onParity(epoch, first, lengths, offset, frame);
    return true;
  }

  private static int fieldsOf(int type) {
    return switch (type) {
      case PING -> PING_FIELDS;
      case PONG -> PONG_FIELDS;
      case CHALLENGE, RESPONSE -> TOKEN_FIELDS;
      case ASK -> ASK_FIELDS;
      case MARK -> MARK_FIELDS;
      case PARITY -> PARITY_FIELDS;
      case ECN, STATE -> 1;
      default -> 0;
    };
  }

  private static void put48(ByteBuffer packet, long value) {
    packet.putShort((short) (value >>> 32)).putInt((int) value);
  }

  private static long get48(ByteBuffer packet) {
    return (packet.getShort() & 0xffffL) << 32 | (packet.getInt() & 0xffff_ffffL);
  }
}
