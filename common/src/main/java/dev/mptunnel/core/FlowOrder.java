package dev.mptunnel.core;

import dev.mptunnel.wire.DataFrames;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Puts the datagrams of one flow in the order in which they were sent: what comes behind one that
 * is missing waits until that has come, or will not come, or has been waited for long enough. What
 * waited leaves a few at a time, somewhat faster than datagrams come, since whoever takes them has
 * a short queue.
 */
final class FlowOrder {

  private static final long NEVER = Long.MAX_VALUE;

  /**
   * Further from the next one the peer has begun anew: no packet comes later than the window of its
   * epoch is wide.
   */
  private static final int FAR = CoreLimits.DATA_WINDOW;

  private static final int FIRST_SIZE = 64;

  /** What a place in the ring costs. */
  private static final int SLOT_BYTES = 8;

  /** So many leave at once. */
  private static final int AT_ONCE = 8;

  /** So much faster than they come. */
  private static final int FASTER = 8;

  private static final long LONGEST_GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(8);

  /** A datagram that waits. */
  private record Waiting(
      Epoch epoch, long counter, long sinceNanos, byte[] payload, int trafficClass) {}

  private final Flow flow;
  private final InOrder all;
  private Waiting[] ring = new Waiting[0];
  private boolean started;
  private int next;
  private int waiting;
  private int span;

  /** How many are missing before the first one that waits, if one does. */
  private int missing;

  private long holeSeenNanos = NEVER;
  private long cameNanos;
  private long gapNanos;
  private long mayLeave = AT_ONCE;
  private long leftNanos;

  /**
   * The order of a flow.
   *
   * @param all where it belongs
   */
  FlowOrder(Flow flow, InOrder all) {
    this.flow = flow;
    this.all = all;
  }

  Flow flow() {
    return flow;
  }

  boolean isWaiting() {
    return waiting > 0;
  }

  /** Takes a datagram, and delivers it unless it has to wait. */
  void take(
      long now, Epoch epoch, long counter, int sequence, ByteBuffer payload, int trafficClass) {
    gapNanos += (Math.min(now - cameNanos, LONGEST_GAP_NANOS) - gapNanos) / 16;
    cameNanos = now;
    int ahead = distance(next, sequence);
    if (!started || Math.abs(ahead) > FAR) {
      flush(now);
      started = true;
      next = sequence;
      ahead = 0;
    }
    if (ahead < 0) {
      all.countLate();
      all.deliver(flow, payload, trafficClass);
    } else if (ahead == 0) {
      skip(1);
      all.deliver(flow, payload, trafficClass);
    } else {
      keep(now, epoch, counter, ahead, payload, trafficClass);
    }
  }

  /** How far one number is ahead of another, by serial number arithmetic (RFC 1982). */
  private static int distance(int from, int sequence) {
    return (sequence - from) << Byte.SIZE >> Byte.SIZE;
  }

  private void keep(
      long now, Epoch epoch, long counter, int ahead, ByteBuffer payload, int trafficClass) {
    int distance = ahead;
    while (!hasRoom(distance, payload.remaining())) {
      if (waiting == 0 || distance < missing) {
        // There is no room to wait in: what is missing before it is not waited for.
        skip(distance + 1);
        all.deliver(flow, payload, trafficClass);
        return;
      }
      int before = next;
      deliverNext(now);
      distance -= distance(before, next);
      if (distance < 0) {
        all.countLate();
        all.deliver(flow, payload, trafficClass);
        return;
      }
    }
    if (distance >= ring.length) {
      grow(distance);
    }
    int slot = slot(next + distance);
    if (ring[slot] != null) {
      return; // the peer used a number twice
    }
    byte[] copy = new byte[payload.remaining()];
    payload.get(copy);
    ring[slot] = new Waiting(epoch, counter, now, copy, trafficClass);
    span = Math.max(span, distance + 1);
    missing = waiting == 0 ? distance : Math.min(missing, distance);
    waiting++;
    all.keep(this, copy.length);
  }

  private boolean hasRoom(int distance, int payloadBytes) {
    int ringBytes = distance < ring.length ? 0 : size(distance) * SLOT_BYTES;
    return distance < CoreLimits.HELD_PER_FLOW && all.hasRoom(payloadBytes + ringBytes);
  }

  private static int size(int distance) {
    return Math.max(FIRST_SIZE, Integer.highestOneBit(distance) << 1);
  }

  private void grow(int distance) {
    Waiting[] larger = new Waiting[size(distance)];
    for (int place = 0; place < span; place++) {
      larger[(next + place) & (larger.length - 1)] = ring[slot(next + place)];
    }
    all.reserve((larger.length - ring.length) * SLOT_BYTES);
    ring = larger;
  }

  private void giveRingBack() {
    all.reserve(-ring.length * SLOT_BYTES);
    ring = new Waiting[0];
  }

  private int slot(int sequence) {
    return sequence & ring.length - 1;
  }

  /** Delivers what may be delivered by now. @return when there may be more, or never */
  long release(long now) {
    while (waiting > 0) {
      Waiting first = ring[slot(next + missing)];
      if (missing > 0 && all.isAwaitedBefore(first.epoch, first.counter)) {
        long untilNanos = holeSeenNanos() + all.holdNanos();
        if (now < untilNanos) {
          return untilNanos;
        }
      }
      if (!mayLeave(now)) {
        return leftNanos + AT_ONCE * gapNanos / FASTER;
      }
      deliverNext(now);
    }
    return NEVER;
  }

  /** When the first datagram came that was sent after the one that is missing. */
  private long holeSeenNanos() {
    if (holeSeenNanos == NEVER) {
      for (int place = missing; place < span; place++) {
        Waiting waits = ring[slot(next + place)];
        holeSeenNanos = waits == null ? holeSeenNanos : Math.min(holeSeenNanos, waits.sinceNanos);
      }
    }
    return holeSeenNanos;
  }

  private void skip(int places) {
    holeSeenNanos = NEVER;
    next = next + places & DataFrames.SEQUENCES - 1;
    span = Math.max(0, span - places);
    missing -= places;
  }

  private boolean mayLeave(long now) {
    if (mayLeave == 0 && now - leftNanos >= AT_ONCE * gapNanos / FASTER) {
      mayLeave = AT_ONCE;
    }
    if (mayLeave == 0) {
      return false;
    }
    if (mayLeave == AT_ONCE) {
      leftNanos = now;
    }
    mayLeave--;
    return true;
  }

  private void deliverNext(long now) {
    if (missing > 0) {
      skip(missing);
    }
    Waiting waited = ring[slot(next)];
    ring[slot(next)] = null;
    waiting--;
    skip(1);
    missing = 0;
    while (waiting > 0 && ring[slot(next + missing)] == null) {
      missing++;
    }
    if (waiting == 0) {
      giveRingBack();
    }
    ByteBuffer payload = ByteBuffer.wrap(waited.payload);
    all.release(this, now - waited.sinceNanos, payload, waited.trafficClass);
  }

  /** Delivers all that waits, in order. */
  void flush(long now) {
    while (waiting > 0) {
      deliverNext(now);
    }
  }
}
