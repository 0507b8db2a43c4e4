package dev.mptunnel.stream;

import java.nio.ByteBuffer;

/**
 * What a {@link Striper} wants done. Called in the middle of its work, so an implementation must
 * not call back into it, nor into a {@link Connection}, before that is over.
 */
public interface StreamOutput {

  /**
   * Send a record on a tunnel.
   *
   * @param record from position to limit; valid until this returns
   * @return whether the tunnel takes another one now; if not, {@link Striper#onWritable} says when
   */
  boolean transmit(Tunnel tunnel, ByteBuffer record);

  /** The peer has opened a connection, to {@link Connection#target}. */
  void opened(Connection connection);

  /** The peer has reached what a connection leads to that names a destination. */
  void connected(Connection connection);

  /** There is something to read, or the end has come. */
  void readable(Connection connection);

  /** There is room to write again after there was none. */
  void writable(Connection connection);

  /**
   * The peer has ended a connection, or all is over.
   *
   * @param code why, see {@link StreamError}
   */
  void reset(Connection connection, int code);

  /** A connection has ended in order, both ways: the peer has all, and so has the application. */
  void done(Connection connection);
}
