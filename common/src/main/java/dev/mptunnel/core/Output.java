package dev.mptunnel.core;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * The only way out of the core: what an {@link Endpoint} wants done. Called in the middle of the
 * endpoint's work, so an implementation must not call back into it.
 */
public interface Output {

  /**
   * Send these bytes.
   *
   * @param port the local socket, numbered by whoever drives the endpoint
   * @param remote the address to send to
   * @param packet from position to limit; valid, and to be left as it is, until this returns
   */
  void transmit(int port, InetSocketAddress remote, ByteBuffer packet);

  /**
   * Send these bytes in a packet that is marked so, as far as whoever drives the endpoint has it.
   *
   * @param packet as of {@link #transmit}
   * @param trafficClass see {@link TrafficClass}
   */
  default void transmit(int port, InetSocketAddress remote, ByteBuffer packet, int trafficClass) {
    transmit(port, remote, packet);
  }

  /**
   * Send these bytes, which are those that {@link #transmit} was told last.
   *
   * @param packet as of {@link #transmit}
   * @param trafficClass the same
   */
  default void transmitAgain(
      int port, InetSocketAddress remote, ByteBuffer packet, int trafficClass) {
    transmit(port, remote, packet, trafficClass);
  }

  /**
   * A datagram for the application, or the target, behind a flow. Each is delivered once, its
   * boundaries kept.
   *
   * @param payload from position to limit, perhaps empty; valid until this returns
   */
  void deliver(Flow flow, ByteBuffer payload);

  /**
   * A datagram that is to be marked so on its further way; as of {@link #deliver}.
   *
   * @param trafficClass see {@link TrafficClass}
   */
  default void deliver(Flow flow, ByteBuffer payload, int trafficClass) {
    deliver(flow, payload);
  }

  /** Something happened that a person or a socket table should know. */
  void event(Event event);
}
