package dev.mptunnel.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A bound UDP socket of a {@link DatagramEngine}; used only on the engine's thread. */
public interface DatagramPort {

  /** The address that the socket is bound to, with the port that was really given. */
  InetSocketAddress localAddress();

  /**
   * Queues one datagram: everything between the buffer's position and limit, copied before this
   * returns, so the buffer may be used again at once; its position and limit are unchanged. What is
   * queued leaves at {@link #flush}. What the kernel does not take is dropped and counted, as on
   * any link; what it does not take yet waits, the oldest of it only until there is too much.
   *
   * @param remote where to, or null on a connected port
   */
  void send(ByteBuffer datagram, InetSocketAddress remote);

  /**
   * Queues one datagram, as {@link #send(ByteBuffer, InetSocketAddress)} does, that is marked so.
   *
   * @param trafficClass of which the bits count that {@link PortOptions#carried} has
   */
  default void send(ByteBuffer datagram, InetSocketAddress remote, int trafficClass) {
    send(datagram, remote);
  }

  /**
   * Queues, as {@link #send} does, the bytes that a port has been given just before, so that an
   * engine need not copy them again.
   *
   * @param trafficClass as for {@code send}
   * @param given the port, perhaps this one, whose {@code send} was given these bytes, and nothing
   *     else since
   */
  default void sendAgain(
      ByteBuffer datagram, InetSocketAddress remote, int trafficClass, DatagramPort given) {
    send(datagram, remote, trafficClass);
  }

  /** Hands everything queued to the kernel. */
  void flush();

  /**
   * When the datagram arrived that is being handed over, which may have been some time before it
   * was read; to be asked for within {@link DatagramHandler#onDatagram} only.
   *
   * @param nowNanos the time by the engine's clock
   * @return not later than now, and now where it cannot be told, as without {@link
   *     PortOptions#stamped}
   */
  default long arrivedNanos(long nowNanos) {
    return nowNanos;
  }

  /**
   * What the datagram is marked with that is being handed over, of the bits that {@link
   * PortOptions#carried} has; to be asked for within {@link DatagramHandler#onDatagram} only.
   */
  default int trafficClass() {
    return 0;
  }

  /**
   * From now on sends out of this network interface, by the routes that lead there, whatever better
   * ones lead elsewhere; receives from everywhere as before. Needs no privilege.
   *
   * @param interfaceIndex the kernel's number of it, or 0 to send by the best route again
   * @return false where that is not to be had, or the interface has gone: nothing has changed then
   */
  boolean stayOn(int interfaceIndex);

  /**
   * Datagrams that could not be sent: the kernel did not take them, as without a route, or, with
   * some engines, the queue was full.
   */
  long sendDrops();

  /**
   * Datagrams that waited for a full socket until newer ones took their place; not among {@link
   * #sendDrops}.
   */
  default long lateDrops() {
    return 0;
  }

  /**
   * Datagrams that had arrived and were dropped since the socket's receive buffer was full: 0 where
   * the engine cannot tell. At least so many, for the kernel counts those as one that it had
   * joined.
   */
  default long receiveDrops() {
    return 0;
  }

  /**
   * Has the kernel hand each datagram to that one of the sockets which share this one's port that
   * its session is for, by {@link SessionSteering}; else it goes by both ends' addresses. They
   * count in the order in which they were opened.
   *
   * @param sockets how many there are, this one included
   * @throws IOException where the kernel does not do that; the message is one line
   */
  default void steerBySession(int sockets) throws IOException {
    throw new IOException("this engine does not steer packets");
  }

  /** Closes the socket. Idempotent; nothing is handled or sent after it. */
  void close();
}
