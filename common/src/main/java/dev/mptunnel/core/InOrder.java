package dev.mptunnel.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.PackedHistogram;

/** The datagrams of a session that wait for others, of all its flows that want their order. */
final class InOrder {

  private static final long NEVER = Long.MAX_VALUE;

  private final Context context;
  private final Repair repair;
  private final Arrivals arrivals;
  private final Set<FlowOrder> waiting = new LinkedHashSet<>();
  private final List<FlowOrder> turn = new ArrayList<>();
  private final PackedHistogram heldMicros =
      new PackedHistogram(TimeUnit.NANOSECONDS.toMicros(CoreLimits.LONGEST_HOLD_NANOS) * 2, 2);
  private int keptBytes;
  private long nextReleaseNanos = NEVER;

  /**
   * Nothing waits.
   *
   * @param repair knows what may yet come
   * @param arrivals where datagrams go
   */
  InOrder(Context context, Repair repair, Arrivals arrivals) {
    this.context = context;
    this.repair = repair;
    this.arrivals = arrivals;
  }

  /** Takes a datagram of a flow that wants its order. */
  void take(
      long now,
      Epoch epoch,
      long counter,
      Flow flow,
      int sequence,
      ByteBuffer payload,
      int trafficClass) {
    if (context.settings().repairSettings().holdNanos()
        == EndpointSettings.RepairSettings.HOLD_OFF) {
      arrivals.deliver(flow, payload, trafficClass);
      return;
    }
    if (flow.order() == null) {
      flow.setOrder(new FlowOrder(flow, this));
    }
    flow.order().take(now, epoch, counter, sequence, payload, trafficClass);
  }

  // --- what the orders of flows ask ---

  void deliver(Flow flow, ByteBuffer payload, int trafficClass) {
    arrivals.deliver(flow, payload, trafficClass);
  }

  void countLate() {
    repair.figures().late++;
  }

  /** How long a datagram may wait for one before it. */
  long holdNanos() {
    return repair.holdNanos();
  }

  boolean isAwaitedBefore(Epoch epoch, long counter) {
    return repair.isAwaitedBefore(epoch, counter);
  }

  boolean hasRoom(int moreBytes) {
    int bytes = moreBytes + CoreLimits.HELD_COST_BYTES;
    int limit = CoreLimits.HELD_BYTES / (keptBytes < CoreLimits.MUCH_BYTES ? 1 : 2);
    return keptBytes + bytes <= CoreLimits.HELD_BYTES_PER_SESSION
        && context.heldRoom().takenBytes() + bytes <= limit;
  }

  /** Takes so many bytes for what is not a datagram, or gives them back if less than none. */
  void reserve(int bytes) {
    context.heldRoom().giveBack(-bytes);
    keptBytes += bytes;
  }

  void keep(FlowOrder order, int payloadBytes) {
    int bytes = payloadBytes + CoreLimits.HELD_COST_BYTES;
    reserve(bytes);
    waiting.add(order);
  }

  void release(FlowOrder order, long heldNanos, ByteBuffer payload, int trafficClass) {
    int bytes = payload.remaining() + CoreLimits.HELD_COST_BYTES;
    reserve(-bytes);
    long micros = TimeUnit.NANOSECONDS.toMicros(heldNanos);
    heldMicros.recordValue(Math.min(micros, heldMicros.getHighestTrackableValue()));
    if (!order.isWaiting()) {
      waiting.remove(order);
    }
    arrivals.deliver(order.flow(), payload, trafficClass);
  }

  // --- time ---

  long nextTimer() {
    return waiting.isEmpty() ? NEVER : nextReleaseNanos;
  }

  /** Delivers what may be delivered by now. */
  void release(long now) {
    if (waiting.isEmpty()) {
      return;
    }
    nextReleaseNanos = NEVER;
    turn.addAll(waiting);
    for (FlowOrder order : turn) {
      nextReleaseNanos = Math.min(nextReleaseNanos, order.release(now));
    }
    turn.clear();
  }

  /** Delivers all that waits. */
  void flush(long now) {
    new ArrayList<>(waiting).forEach(order -> order.flush(now));
  }

  /** Delivers what waits of a flow that ends. */
  void flush(long now, Flow flow) {
    if (flow.order() != null) {
      flow.order().flush(now);
    }
  }

  long held() {
    return heldMicros.getTotalCount();
  }

  /** How long those waited that did, at a percentile, 0 to 100, in microseconds. */
  long heldMicros(double percentile) {
    return held() == 0 ? 0 : heldMicros.getValueAtPercentile(percentile);
  }
}
