package dev.mptunnel.net;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * A TCP connection. Until {@link #close} it ends with a reset, so that what breaks off never looks
 * whole. Used on its engine's thread.
 */
public interface StreamSocket {

  /** Where it is at this host; null once it is closed, or where it never was open. */
  InetSocketAddress localAddress();

  /** Where it leads to. */
  InetSocketAddress remoteAddress();

  /** Who is told what happens, from now on. */
  void setHandler(StreamHandler handler);

  /** Whether bytes are read; those that were read already come all the same. */
  void setReading(boolean reading);

  /**
   * Writes all of it, or keeps it until that is possible; {@link #flush} sends it.
   *
   * @return whether it takes more now; if not, {@link StreamHandler#onWritable} says when, which
   *     may be within {@link #flush}. More is kept all the same
   */
  boolean write(ByteBuffer bytes);

  /** Whether it takes something to write. */
  boolean isWritable();

  /** Sends what was written. */
  void flush();

  /** There is nothing more to write: the peer is told, behind all that was written. */
  void finish();

  /** Closes in order, once all that was written is sent. */
  void close();

  /** Closes at once; the peer sees a reset. */
  void abort();
}
