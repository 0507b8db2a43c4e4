package dev.mptunnel.wire;

import java.nio.ByteBuffer;

/**
 * The frames of a DATA packet, one after another until the packet's end.
 *
 * <pre>
 *  every frame   type:8 | length:16 | fields, length bytes in all
 *
 *  DATAGRAM 0x01  flow:16 | payload       a datagram of a flow, whole
 *  CLOSE    0x02  reason:8                the sender ends the session
 *  FRAGMENT 0x03  flow:16 | id:32 | index:8 | count:8 | piece
 *                                        one of the pieces of a datagram that no packet has room for
 *  OPEN     0x04  flow:16 | name          the target of a flow that has a named one, or its
 *                                        destination
 *  REFUSED  0x05  flow:16 | reason:8      the flow leads nowhere
 *  ORDERED  0x06  flow:16 | sequence:24 | time:16 | payload
 *                                        a datagram of a flow that wants its order
 *  ORDERED_FRAGMENT
 *           0x07  flow:16 | sequence:24 | time:16 | index:8 | count:8 | piece
 *                                        one of the pieces of such a datagram
 *  CLASS    0x08  class:8                 what the packet's datagrams are marked with; stands first
 * </pre>
 *
 * <p>The pieces of a datagram have its id, which no other datagram of the epoch has had for a long
 * time, and the same count, 2 to {@value #MAX_FRAGMENTS}; joined in the order of their indices,
 * from 0, they are the datagram. All are in packets of one epoch.
 *
 * <p>The datagrams of a flow that wants its order are numbered by {@code sequence}, from any number
 * on, modulo 2<sup>24</sup>; pieces of one have the same. {@code time} is when it was sent by the
 * sender's own clock, in units of {@value #TIME_UNIT_NANOS} ns, modulo 2<sup>16</sup>: its changes
 * tell how the one-way delay changes (as in RFC 6817, section 3.4.1). A responder sends ORDERED
 * frames on a flow if these are what it heard on it last.
 *
 * <p>Flows below {@link Limits#FIRST_NAMED_FLOW} lead to the fixed target. Those from there on lead
 * to the target of the OPEN that stands before what a packet carries of the flow, and if none
 * stands there, to that of an earlier one.
 *
 * <p>A CLASS is the byte of the IP header that the packet's datagrams came with: DSCP and ECN (RFC
 * 2474 and 3168). Where none stands at the packet's beginning, that is 0; elsewhere it means
 * nothing.
 *
 * <p>A frame of an unknown type is skipped by its length, and fields added behind the known ones
 * are ignored, so that versions may differ.
 */
public final class DataFrames {

  /** What a DATAGRAM adds to its payload. */
  public static final int DATAGRAM_OVERHEAD_BYTES = 5;

  /** What a FRAGMENT adds to its piece. */
  public static final int FRAGMENT_OVERHEAD_BYTES = 11;

  /** What an ORDERED adds to its payload. */
  public static final int ORDERED_OVERHEAD_BYTES = 10;

  /** What an ORDERED_FRAGMENT adds to its piece. */
  public static final int ORDERED_FRAGMENT_OVERHEAD_BYTES = 12;

  /** Sequence numbers are below this. */
  public static final int SEQUENCES = 1 << 24;

  /** The unit of an ORDERED's time, in nanoseconds. */
  public static final int TIME_UNIT_NANOS = 64_000;

  /** An ORDERED's time is below this. */
  public static final int TIMES = 1 << 16;

  /** The longest datagram that is carried, in pieces if need be: UDP's longest over IPv4. */
  public static final int MAX_DATAGRAM_BYTES = Limits.MAX_PACKET_BYTES;

  /** Pieces that a datagram may be cut into. */
  public static final int MAX_FRAGMENTS = 255;

  /** What an OPEN adds to the name in it. */
  public static final int OPEN_OVERHEAD_BYTES = 5;

  /** A CLASS, whole. */
  public static final int CLASS_BYTES = 4;

  /** A REFUSED, whole. */
  public static final int REFUSED_BYTES = 6;

  /** The reason of a CLOSE for all ordinary ends. */
  public static final int CLOSE_NORMAL = 0;

  /** The reason of a CLOSE to a client that is not let in any more. */
  public static final int CLOSE_REVOKED = 1;

  /** The reason of a REFUSED where there is no such target. */
  public static final int REFUSED_UNKNOWN = 0;

  /** The reason of a REFUSED where the target, or the destination, is not for this client. */
  public static final int REFUSED_NOT_ALLOWED = 1;

  private static final int FRAGMENT_FIELDS = FRAGMENT_OVERHEAD_BYTES - Frames.HEAD_BYTES;
  private static final int DATAGRAM = 0x01;
  private static final int CLOSE = 0x02;
  private static final int FRAGMENT = 0x03;
  private static final int OPEN = 0x04;
  private static final int REFUSED = 0x05;
  private static final int ORDERED = 0x06;
  private static final int ORDERED_FRAGMENT = 0x07;
  private static final int CLASS = 0x08;
  private static final int ORDERED_FIELDS = ORDERED_OVERHEAD_BYTES - Frames.HEAD_BYTES;
  private static final int ORDERED_FRAGMENT_FIELDS =
      ORDERED_FRAGMENT_OVERHEAD_BYTES - Frames.HEAD_BYTES;

  private DataFrames() {}

  /** What is found in a DATA packet. */
  public interface Handler {

    /**
     * A datagram of a flow.
     *
     * @param payload from position to limit, perhaps empty; valid until this returns
     */
    void onDatagram(int flow, ByteBuffer payload);

    /**
     * A piece of a datagram of a flow.
     *
     * @param index the piece's place, below {@code count}
     * @param count how many pieces there are, 2 to {@link #MAX_FRAGMENTS}
     * @param piece from position to limit; valid until this returns
     */
    void onFragment(int flow, int id, int index, int count, ByteBuffer piece);

    /**
     * A datagram of a flow that wants its order.
     *
     * @param sequence its place in the flow, below {@link #SEQUENCES}
     * @param time when it was sent, below {@link #TIMES}
     * @param payload from position to limit, perhaps empty; valid until this returns
     */
    void onOrdered(int flow, int sequence, int time, ByteBuffer payload);

    /**
     * A piece of a datagram of a flow that wants its order; see {@link #onOrdered} and {@link
     * #onFragment}.
     */
    void onOrderedFragment(
        int flow, int sequence, int time, int index, int count, ByteBuffer piece);

    /** The peer ends the session. */
    void onClose(int reason);

    /**
     * Where a flow leads.
     *
     * @param flow from {@link Limits#FIRST_NAMED_FLOW} on
     * @param target a name by {@link TargetName#isName}, or what {@link Destination#isWritten}
     *     takes
     */
    void onOpen(int flow, String target);

    /** The peer does not open the flow. */
    void onRefused(int flow, int reason);
  }

  /** Appends a DATAGRAM at the buffer's position, which moves behind it; empties the payload. */
  public static void putDatagram(ByteBuffer packet, int flow, ByteBuffer payload) {
    Frames.putHead(packet, DATAGRAM, payload.remaining() + 2);
    packet.putShort((short) flow);
    packet.put(payload);
  }

  /** Appends a FRAGMENT at the buffer's position, which moves behind it; empties the piece. */
  public static void putFragment(
      ByteBuffer packet, int flow, int id, int index, int count, ByteBuffer piece) {
    Frames.putHead(packet, FRAGMENT, piece.remaining() + FRAGMENT_FIELDS);
    packet.putShort((short) flow).putInt(id).put((byte) index).put((byte) count);
    packet.put(piece);
  }

  /**
   * Appends an ORDERED at the buffer's position, which moves behind it; empties the payload.
   *
   * @param time {@link #time} of the sender's clock
   */
  public static void putOrdered(
      ByteBuffer packet, int flow, int sequence, int time, ByteBuffer payload) {
    Frames.putHead(packet, ORDERED, payload.remaining() + ORDERED_FIELDS);
    putPlace(packet, flow, sequence, time);
    packet.put(payload);
  }

  /**
   * Appends an ORDERED_FRAGMENT at the buffer's position, which moves behind it; empties the piece.
   *
   * @param time {@link #time} of the sender's clock
   */
  public static void putOrderedFragment(
      ByteBuffer packet, int flow, int sequence, int time, int index, int count, ByteBuffer piece) {
    Frames.putHead(packet, ORDERED_FRAGMENT, piece.remaining() + ORDERED_FRAGMENT_FIELDS);
    putPlace(packet, flow, sequence, time);
    packet.put((byte) index).put((byte) count);
    packet.put(piece);
  }

  private static void putPlace(ByteBuffer packet, int flow, int sequence, int time) {
    packet.putShort((short) flow);
    packet.put((byte) (sequence >>> Short.SIZE)).putShort((short) sequence);
    packet.putShort((short) time);
  }

  /** What an ORDERED says that is sent at this time, in nanoseconds, by the sender's clock. */
  public static int time(long nanos) {
    return (int) (nanos / TIME_UNIT_NANOS) & TIMES - 1;
  }

  /** Appends a CLOSE at the buffer's position, which moves behind it. */
  public static void putClose(ByteBuffer packet, int reason) {
    Frames.putHead(packet, CLOSE, 1);
    packet.put((byte) reason);
  }

  /**
   * Appends an OPEN at the buffer's position, which moves behind it.
   *
   * @param target a name by {@link TargetName#isName}, or a destination as it is written
   */
  public static void putOpen(ByteBuffer packet, int flow, String target) {
    Frames.putHead(packet, OPEN, target.length() + 2);
    packet.putShort((short) flow);
    TargetName.put(packet, target);
  }

  /** Appends a REFUSED at the buffer's position, which moves behind it. */
  public static void putRefused(ByteBuffer packet, int flow, int reason) {
    Frames.putHead(packet, REFUSED, 3);
    packet.putShort((short) flow);
    packet.put((byte) reason);
  }

  /**
   * Appends a CLASS, with which a packet begins, at the buffer's position, which moves behind it.
   */
  public static void putClass(ByteBuffer packet, int trafficClass) {
    Frames.putHead(packet, CLASS, 1);
    packet.put((byte) trafficClass);
  }

  /**
   * What the datagrams of a packet are marked with, 8 bits; 0 if it does not say.
   *
   * @param packet not changed
   * @param begin where its frames begin; they end at its limit
   */
  public static int trafficClass(ByteBuffer packet, int begin) {
    int left = packet.limit() - begin - Frames.HEAD_BYTES;
    if (left < 1 || packet.get(begin) != CLASS) {
      return 0;
    }
    int length = packet.getShort(begin + 1) & 0xffff;
    return length >= 1 && length <= left ? packet.get(begin + Frames.HEAD_BYTES) & 0xff : 0;
  }

  /**
   * Reads the frames between position and limit; but for a CLASS, see {@link #trafficClass}.
   *
   * @return false if a frame is malformed; those before it have been handled
   */
  public static boolean read(ByteBuffer frames, Handler handler) {
    return Frames.read(frames, DataFrames::fieldsOf, DataFrames::readFrame, handler);
  }

  private static boolean readFrame(int type, ByteBuffer frame, Handler handler) {
    switch (type) {
      case DATAGRAM -> handler.onDatagram(frame.getShort() & 0xffff, frame);
      case CLOSE -> handler.onClose(frame.get() & 0xff);
      case FRAGMENT -> {
        return readFragment(frame, handler);
      }
      case ORDERED ->
          handler.onOrdered(
              frame.getShort() & 0xffff, readSequence(frame), frame.getShort() & 0xffff, frame);
      case ORDERED_FRAGMENT -> {
        return readOrderedFragment(frame, handler);
      }
      case OPEN -> {
        return readOpen(frame, handler);
      }
      case REFUSED -> handler.onRefused(frame.getShort() & 0xffff, frame.get() & 0xff);
      default -> {
        // A CLASS, or of a later version; skipped.
      }
    }
    return true;
  }

  private static boolean readFragment(ByteBuffer fields, Handler handler) {
    int flow = fields.getShort() & 0xffff;
    int id = fields.getInt();
    int index = fields.get() & 0xff;
    int count = fields.get() & 0xff;
    if (count < 2 || index >= count) {
      return false;
    }
    handler.onFragment(flow, id, index, count, fields);
    return true;
  }

  private static boolean readOrderedFragment(ByteBuffer fields, Handler handler) {
    int flow = fields.getShort() & 0xffff;
    int sequence = readSequence(fields);
    int time = fields.getShort() & 0xffff;
    int index = fields.get() & 0xff;
    int count = fields.get() & 0xff;
    if (count < 2 || index >= count) {
      return false;
    }
    handler.onOrderedFragment(flow, sequence, time, index, count, fields);
    return true;
  }

  private static int readSequence(ByteBuffer fields) {
    return (fields.get() & 0xff) << Short.SIZE | (fields.getShort() & 0xffff);
  }

  private static boolean readOpen(ByteBuffer fields, Handler handler) {
    int flow = fields.getShort() & 0xffff;
    String target = TargetName.read(fields);
    if (flow < Limits.FIRST_NAMED_FLOW || target == null) {
      return false;
    }
    handler.onOpen(flow, target);
    return true;
  }

  private static int fieldsOf(int type) {
    return switch (type) {
      case DATAGRAM -> 2;
      case CLOSE, CLASS -> 1;
      case FRAGMENT -> FRAGMENT_FIELDS;
      case OPEN, REFUSED -> 3;
      case ORDERED -> ORDERED_FIELDS;
      case ORDERED_FRAGMENT -> ORDERED_FRAGMENT_FIELDS;
      default -> 0;
    };
  }
}
