package dev.mptunnel.wire;

/**
 * The first byte of every packet, and of every TCP connection between ends.
 *
 * <pre>
 *    0   1   2   3   4   5   6   7
 *  +---+---+---+---+---+---+---+---+
 *  | D |           type            |
 *  +---+---+---+---+---+---+---+---+
 * </pre>
 *
 * <p>D, the direction bit, is clear in what the session's initiator sends and set in what its
 * responder sends, so that a packet thrown back at its sender is never taken for an answer.
 */
public final class PacketType {

  /** Frames that every path carries a copy of; see {@link DataFrames}. */
  public static final int DATA = 1;

  /** Frames about one path, sent on that path alone; see {@link PathFrames}. */
  public static final int PATH = 2;

  /** The first message of a handshake; see {@link Handshake}. */
  public static final int HANDSHAKE_INIT = 3;

  /** The answer to {@link #HANDSHAKE_INIT}; see {@link Handshake}. */
  public static final int HANDSHAKE_RESPONSE = 4;

  /** "Show first that you are where you send from"; see {@link Cookie}. */
  public static final int COOKIE = 5;

  /** "I do not know this session any more"; see {@link Hint}. */
  public static final int HINT = 6;

  /**
   * Begins a TCP connection that is to be a tunnel of a session, and the answer; see {@link Join}.
   */
  public static final int JOIN = 7;

  /** Begins a TCP connection that carries packets in place of a path; see {@link Carrier}. */
  public static final int CARRIER = 8;

  private static final int DIRECTION_BIT = 0x80;

  private PacketType() {}

  /** The byte to send: the type, with the direction of a sender in this role. */
  public static byte encode(int type, boolean fromInitiator) {
    return (byte) (fromInitiator ? type : type | DIRECTION_BIT);
  }

  /** The type in a first byte, its direction bit left out. */
  public static int type(byte first) {
    return first & ~DIRECTION_BIT & 0xff;
  }

  /** Whether the direction bit says that the session's initiator sent this. */
  public static boolean isFromInitiator(byte first) {
    return (first & DIRECTION_BIT) == 0;
  }
}
