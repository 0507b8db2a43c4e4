package dev.mptunnel.harness.sim;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Something sans-IO that lives on a {@link SimNetwork} and sends by {@link SimNetwork#send}. */
public interface SimNode {

  /** What {@link #nextTimer} says when nothing is to be done. */
  long NEVER = Long.MAX_VALUE;

  /**
   * A datagram arrived at one of the node's ports.
   *
   * @param datagram the node's until this returns
   */
  void onDatagram(long nowNanos, int port, InetSocketAddress source, ByteBuffer datagram);

  /** When {@link #onTimer} is to be called next, or {@link #NEVER}; asked after every call. */
  long nextTimer();

  /** The time asked for has come. */
  void onTimer(long nowNanos);
}
