package dev.mptunnel.harness.world;

import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Is told of all that goes into a node and comes out of it. Buffers are to be left as they are. */
interface Watcher {

  /** An application gives a datagram to the flow; told before the endpoint is. */
  default void onSubmit(CoreNode node, Flow flow, ByteBuffer payload) {}

  /**
   * A packet reaches the node; told before the endpoint is.
   *
   * @param intact whether it is what somebody sent
   */
  default void onArrival(CoreNode node, boolean intact, ByteBuffer packet) {}

  /** The endpoint has done with the packet that reached the node. */
  default void afterArrival(CoreNode node) {}

  /** The endpoint sends a packet. */
  default void onTransmit(CoreNode node, InetSocketAddress remote, ByteBuffer packet) {}

  /** The endpoint delivers a datagram. */
  default void onDeliver(CoreNode node, Flow flow, ByteBuffer payload) {}

  /** The endpoint tells of something. */
  default void onEvent(CoreNode node, Event event) {}

  /** Both are told, this one first. */
  default Watcher and(Watcher other) {
    Watcher first = this;
    return new Watcher() {
      @Override
      public void onSubmit(CoreNode node, Flow flow, ByteBuffer payload) {
        first.onSubmit(node, flow, payload);
        other.onSubmit(node, flow, payload);
      }

      @Override
      public void onArrival(CoreNode node, boolean intact, ByteBuffer packet) {
        first.onArrival(node, intact, packet);
        other.onArrival(node, intact, packet);
      }

      @Override
      public void afterArrival(CoreNode node) {
        first.afterArrival(node);
        other.afterArrival(node);
      }

      @Override
      public void onTransmit(CoreNode node, InetSocketAddress remote, ByteBuffer packet) {
        first.onTransmit(node, remote, packet);
        other.onTransmit(node, remote, packet);
      }

      @Override
      public void onDeliver(CoreNode node, Flow flow, ByteBuffer payload) {
        first.onDeliver(node, flow, payload);
        other.onDeliver(node, flow, payload);
      }

      @Override
      public void onEvent(CoreNode node, Event event) {
        first.onEvent(node, event);
        other.onEvent(node, event);
      }
    };
  }
}
