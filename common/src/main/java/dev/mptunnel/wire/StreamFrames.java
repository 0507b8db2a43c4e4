package dev.mptunnel.wire;

import java.nio.ByteBuffer;

/**
 * The frames of a record of a tunnel, one after another until the record's end, encoded as {@link
 * DataFrames} are. The records of a tunnel are numbered from 0 by both ends; a tunnel brings all
 * that was sent on it up to where it died, in order, and different tunnels bring theirs when they
 * can.
 *
 * <pre>
 *  OPEN   0x20  connection:32 | name, or destination, or nothing
 *  CHUNK  0x21  connection:32 | offset:64 | bytes
 *  FIN    0x22  connection:32 | end:64
 *  CREDIT 0x23  connection:32 | limit:64
 *  RESET  0x24  connection:32 | code:16
 *  GOT    0x25  records:64
 *  PING   0x26
 *  CONNECTED
 *         0x27  connection:32
 * </pre>
 *
 * <p>The initiator of the session opens connections, by ids that go up by one from 0. An OPEN names
 * the target, as in {@link TargetName}, or the one that has no name, or says where the responder is
 * to dial, as {@link Destination} writes it, and stands before what a record carries of the
 * connection until the sender knows that one has arrived. Bytes of each direction are numbered from
 * 0: a CHUNK holds those from {@code offset} on, and FIN says that there are none from {@code end}
 * on.
 *
 * <p>A CREDIT says that bytes below {@code limit} may be sent, which never goes down (flow control
 * by absolute offsets, RFC 9000, section 4). Where none has come, it is {@link #FIRST_LIMIT}. A
 * RESET ends a connection both ways; nothing of it is sent any more. A GOT says how many records
 * have arrived on the tunnel on which it travels; a record that holds nothing else is not answered.
 * A PING asks for a GOT, and for nothing else. CONNECTED is said by the responder once of a
 * connection with a destination: it has reached that.
 */
public final class StreamFrames {

  /** Bytes that may be sent on a connection, each way, before a CREDIT has come. */
  public static final int FIRST_LIMIT = 16 << 10;

  /** The longest record, as its frames. */
  public static final int MAX_RECORD_BYTES = 16 << 10;

  /** What a CHUNK adds to its bytes. */
  public static final int CHUNK_OVERHEAD_BYTES = 15;

  /** The longest frame that is not a CHUNK, whole. */
  public static final int MAX_CONTROL_BYTES = 7 + Destination.MAX_BYTES;

  private static final int OPEN = 0x20;
  private static final int CHUNK = 0x21;
  private static final int FIN = 0x22;
  private static final int CREDIT = 0x23;
  private static final int RESET = 0x24;
  private static final int GOT = 0x25;
  private static final int PING = 0x26;
  private static final int CONNECTED = 0x27;

  private static final int OPEN_FIELDS = 4;
  private static final int CHUNK_FIELDS = 12;
  private static final int FIN_FIELDS = 12;
  private static final int CREDIT_FIELDS = 12;
  private static final int RESET_FIELDS = 6;
  private static final int GOT_FIELDS = 8;
  private static final int CONNECTED_FIELDS = 4;

  private StreamFrames() {}

  /** What is found in a record. Offsets and counts are not negative. */
  public interface Handler {

    /**
     * A connection leads to a target.
     *
     * @param target its name, or empty for the one that has none, or what {@link
     *     Destination#isWritten} takes
     */
    void onOpen(int connection, String target);

    /**
     * Bytes of a connection.
     *
     * @param bytes from position to limit; valid until this returns
     */
    void onChunk(int connection, long offset, ByteBuffer bytes);

    /** A connection's bytes end there. */
    void onFin(int connection, long end);

    /** Bytes below a limit may be sent to the peer. */
    void onCredit(int connection, long limit);

    /** A connection is over. */
    void onReset(int connection, int code);

    /** So many records of ours have arrived on this tunnel. */
    void onGot(long records);

    /** The peer wants to be told that this record has come. */
    void onPing();

    /** The peer has reached a connection's destination. */
    void onConnected(int connection);
  }

  /** Appends an OPEN. */
  public static void putOpen(ByteBuffer record, int connection, String target) {
    Frames.putHead(record, OPEN, OPEN_FIELDS + target.length()).putInt(connection);
    TargetName.put(record, target);
  }

  /** Appends the head of a CHUNK, which so many bytes are to follow. */
  public static void putChunk(ByteBuffer record, int connection, long offset, int lengthBytes) {
    Frames.putHead(record, CHUNK, CHUNK_FIELDS + lengthBytes).putInt(connection).putLong(offset);
  }

  /** Appends a FIN. */
  public static void putFin(ByteBuffer record, int connection, long end) {
    Frames.putHead(record, FIN, FIN_FIELDS).putInt(connection).putLong(end);
  }

  /** Appends a CREDIT. */
  public static void putCredit(ByteBuffer record, int connection, long limit) {
    Frames.putHead(record, CREDIT, CREDIT_FIELDS).putInt(connection).putLong(limit);
  }

  /** Appends a RESET. */
  public static void putReset(ByteBuffer record, int connection, int code) {
    Frames.putHead(record, RESET, RESET_FIELDS).putInt(connection).putShort((short) code);
  }

  /** Appends a GOT. */
  public static void putGot(ByteBuffer record, long records) {
    Frames.putHead(record, GOT, GOT_FIELDS).putLong(records);
  }

  /** Appends a PING. */
  public static void putPing(ByteBuffer record) {
    Frames.putHead(record, PING, 0);
  }

  /** Appends a CONNECTED. */
  public static void putConnected(ByteBuffer record, int connection) {
    Frames.putHead(record, CONNECTED, CONNECTED_FIELDS).putInt(connection);
  }

  /**
   * Reads the frames between position and limit.
   *
   * @return false if a frame is malformed; those before it have been handled
   */
  public static boolean read(ByteBuffer frames, Handler handler) {
    return Frames.read(frames, StreamFrames::fieldsOf, StreamFrames::readFrame, handler);
  }

  private static boolean readFrame(int type, ByteBuffer frame, Handler handler) {
    if (type == PING) {
      handler.onPing();
      return true;
    }
    if (fieldsOf(type) == 0) {
      return true; // of a later version; skipped
    }
    if (type == GOT) {
      long records = frame.getLong();
      if (records >= 0) {
        handler.onGot(records);
      }
      return records >= 0;
    }
    int id = frame.getInt();
    switch (type) {
      case OPEN -> {
        String target = frame.hasRemaining() ? TargetName.read(frame) : "";
        if (target == null) {
          return false;
        }
        handler.onOpen(id, target);
      }
      case RESET -> handler.onReset(id, frame.getShort() & 0xffff);
      case CONNECTED -> handler.onConnected(id);
      default -> {
        long offset = frame.getLong();
        if (offset < 0) {
          return false;
        }
        switch (type) {
          case CHUNK -> handler.onChunk(id, offset, frame);
          case FIN -> handler.onFin(id, offset);
          default -> handler.onCredit(id, offset);
        }
      }
    }
    return true;
  }

  private static int fieldsOf(int type) {
    return switch (type) {
      case OPEN -> OPEN_FIELDS;
      case CHUNK -> CHUNK_FIELDS;
      case FIN -> FIN_FIELDS;
      case CREDIT -> CREDIT_FIELDS;
      case RESET -> RESET_FIELDS;
      case GOT -> GOT_FIELDS;
      case CONNECTED -> CONNECTED_FIELDS;
      default -> 0;
    };
  }
}
