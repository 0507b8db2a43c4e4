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
 *  OPEN     0x04  flow:16 | name          the target of a flow that has a named one
 *  REFUSED  0x05  flow:16 | reason:8      the flow leads nowhere
 * </pre>
 *
 * <p>The pieces of a datagram have its id, which no other datagram of the epoch has had for a long
 * time, and the same count, 2 to {@value #MAX_FRAGMENTS}; joined in the order of their indices,
 * from 0, they are the datagram. All are in packets of one epoch.
 *
 * <p>Flows below {@link Limits#FIRST_NAMED_FLOW} lead to the fixed target. Those from there on lead
 * to the target of the OPEN that stands before what a packet carries of the flow, and if none
 * stands there, to that of an earlier one.
 *
 * <p>A frame of an unknown type is skipped by its length, and fields added behind the known ones
 * are ignored, so that versions may differ.
 */
public final class DataFrames {

  /** What a DATAGRAM adds to its payload. */
  public static final int DATAGRAM_OVERHEAD_BYTES = 5;

  /** What a FRAGMENT adds to its piece. */
  public static final int FRAGMENT_OVERHEAD_BYTES = 11;

  /** The longest datagram that is carried, in pieces if need be: UDP's longest over IPv4. */
  public static final int MAX_DATAGRAM_BYTES = Limits.MAX_PACKET_BYTES;

  /** Pieces that a datagram may be cut into. */
  public static final int MAX_FRAGMENTS = 255;

  /** What an OPEN adds to the name in it. */
  public static final int OPEN_OVERHEAD_BYTES = 5;

  /** The reason of a CLOSE for all ordinary ends. */
  public static final int CLOSE_NORMAL = 0;

  /** The reason of a CLOSE to a client that is not let in any more. */
  public static final int CLOSE_REVOKED = 1;

  /** The reason of a REFUSED where there is no such target. */
  public static final int REFUSED_UNKNOWN = 0;

  /** The reason of a REFUSED where the target is not for this client. */
  public static final int REFUSED_NOT_ALLOWED = 1;

  private static final int HEAD_BYTES = 3;
  private static final int FRAGMENT_FIELDS = FRAGMENT_OVERHEAD_BYTES - HEAD_BYTES;
  private static final int DATAGRAM = 0x01;
  private static final int CLOSE = 0x02;
  private static final int FRAGMENT = 0x03;
  private static final int OPEN = 0x04;
  private static final int REFUSED = 0x05;

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

    /** The peer ends the session. */
    void onClose(int reason);

    /**
     * Where a flow leads.
     *
     * @param flow from {@link Limits#FIRST_NAMED_FLOW} on
     * @param target a name by {@link TargetName#isName}
     */
    void onOpen(int flow, String target);

    /** The peer does not open the flow. */
    void onRefused(int flow, int reason);
  }

  /** Appends a DATAGRAM at the buffer's position, which moves behind it; empties the payload. */
  public static void putDatagram(ByteBuffer packet, int flow, ByteBuffer payload) {
    packet.put((byte) DATAGRAM);
    packet.putShort((short) (payload.remaining() + 2));
    packet.putShort((short) flow);
    packet.put(payload);
  }

  /** Appends a FRAGMENT at the buffer's position, which moves behind it; empties the piece. */
  public static void putFragment(
      ByteBuffer packet, int flow, int id, int index, int count, ByteBuffer piece) {
    packet.put((byte) FRAGMENT);
    packet.putShort((short) (piece.remaining() + FRAGMENT_FIELDS));
    packet.putShort((short) flow).putInt(id).put((byte) index).put((byte) count);
    packet.put(piece);
  }

  /** Appends a CLOSE at the buffer's position, which moves behind it. */
  public static void putClose(ByteBuffer packet, int reason) {
    packet.put((byte) CLOSE);
    packet.putShort((short) 1);
    packet.put((byte) reason);
  }

  /**
   * Appends an OPEN at the buffer's position, which moves behind it.
   *
   * @param target a name by {@link TargetName#isName}
   */
  public static void putOpen(ByteBuffer packet, int flow, String target) {
    packet.put((byte) OPEN);
    packet.putShort((short) (target.length() + 2));
    packet.putShort((short) flow);
    TargetName.put(packet, target);
  }

  /** Appends a REFUSED at the buffer's position, which moves behind it. */
  public static void putRefused(ByteBuffer packet, int flow, int reason) {
    packet.put((byte) REFUSED);
    packet.putShort((short) 3);
    packet.putShort((short) flow);
    packet.put((byte) reason);
  }

  /**
   * Reads the frames between position and limit.
   *
   * @return false if a frame is malformed; those before it have been handled
   */
  public static boolean read(ByteBuffer frames, Handler handler) {
    while (frames.hasRemaining()) {
      if (frames.remaining() < HEAD_BYTES) {
        return false;
      }
      int type = frames.get() & 0xff;
      int length = frames.getShort() & 0xffff;
      if (length > frames.remaining() || length < fieldsOf(type)) {
        return false;
      }
      int end = frames.limit();
      int next = frames.position() + length;
      frames.limit(next);
      switch (type) {
        case DATAGRAM -> handler.onDatagram(frames.getShort() & 0xffff, frames);
        case CLOSE -> handler.onClose(frames.get() & 0xff);
        case FRAGMENT -> {
          if (!readFragment(frames, handler)) {
            return false;
          }
        }
        case OPEN -> {
          if (!readOpen(frames, handler)) {
            return false;
          }
        }
        case REFUSED -> handler.onRefused(frames.getShort() & 0xffff, frames.get() & 0xff);
        default -> {
          // Of a later version; skipped.
        }
      }
      frames.limit(end).position(next);
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
      case CLOSE -> 1;
      case FRAGMENT -> FRAGMENT_FIELDS;
      case OPEN, REFUSED -> 3;
      default -> 0;
    };
  }
}
