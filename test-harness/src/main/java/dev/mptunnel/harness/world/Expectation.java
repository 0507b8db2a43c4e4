package dev.mptunnel.harness.world;

import dev.mptunnel.core.Flow;
import java.nio.ByteBuffer;

/** A datagram that has come to an end whole, and what is to become of it there. */
final class Expectation {

  /** Shorter ones may have the same content as others, and so be taken for them. */
  private static final int UNMISTAKABLE_BYTES = 8;

  private final Flow source;
  private final long number;
  private final byte[] payload;
  private final boolean waits;
  private long cameNanos;
  private int interruptions;
  private boolean certain;
  private boolean delivered;

  /**
   * A datagram that an end is about to be given.
   *
   * @param source the flow that it was sent on, in one life of its sender
   * @param number larger than those of all that were sent on that flow before it
   * @param waits whether it may wait for others
   */
  Expectation(Flow source, long number, byte[] payload, boolean waits) {
    this.source = source;
    this.number = number;
    this.payload = payload;
    this.waits = waits;
  }

  /**
   * A copy of it has come.
   *
   * @param certain whether the end must deliver it, or may
   */
  void come(CoreNode node, boolean certain) {
    this.certain |= certain;
    cameNanos = node.clockNanos();
    interruptions = node.interruptions();
  }

  Flow source() {
    return source;
  }

  long number() {
    return number;
  }

  /** Whether it may wait for others. */
  boolean waits() {
    return waits;
  }

  /** Whether it must be delivered. */
  boolean isCertain() {
    return certain;
  }

  boolean isDelivered() {
    return delivered;
  }

  void setDelivered() {
    delivered = true;
  }

  boolean is(ByteBuffer other) {
    return ByteBuffer.wrap(payload).equals(other);
  }

  /** Whether no other one can be taken for it. */
  boolean isUnmistakable() {
    return payload.length >= UNMISTAKABLE_BYTES;
  }

  /** Whether it has waited for longer than this, while the end was awake, and its clock right. */
  boolean hasWaited(CoreNode node, long nanos) {
    return interruptions == node.interruptions() && node.clockNanos() - cameNanos > nanos;
  }

  @Override
  public String toString() {
    return ": %d bytes, the %dth of all, came at %.3f s"
        .formatted(payload.length, number, cameNanos / 1e9);
  }
}
