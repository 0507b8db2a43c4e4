package dev.mptunnel.stream;

/** Why a connection was reset, as the wire says it; other numbers are as {@link #ABORTED}. */
public final class StreamError {

  /** An application closed its socket without reading all, or went away. */
  public static final int ABORTED = 0;

  /** Nobody listens at the target. */
  public static final int REFUSED = 1;

  /** The target did not answer in time, or is out of reach. */
  public static final int UNREACHABLE = 2;

  /** There is no target of this name, or not for this client. */
  public static final int NO_TARGET = 3;

  /** There are too many connections. */
  public static final int TOO_MANY = 4;

  /** The peer has broken the rules of the protocol. */
  public static final int PROTOCOL = 5;

  /** The session has ended. */
  public static final int SESSION = 6;

  /** The destination may not be dialled for this client. */
  public static final int NOT_ALLOWED = 7;

  /** No route leads to the destination's network, or we have no address of its kind. */
  public static final int NETWORK_UNREACHABLE = 8;

  /** The destination did not answer in time. */
  public static final int TIMED_OUT = 9;

  /** The destination's name has no address. */
  public static final int UNRESOLVED = 10;

  private StreamError() {}
}
