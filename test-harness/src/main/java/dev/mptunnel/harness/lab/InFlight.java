package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;

/**
 * The packets that are under way on all lines, in the order of their arrival; those of one time in
 * the order in which they were sent. Their buffers are used again and again, so that nothing is
 * allocated per packet once there were as many under way as there ever are.
 */
final class InFlight {

  /** The longest packet: devices have an MTU of 1,500. */
  static final int PACKET_BYTES = 2_048;

  private static final int MAX_PACKETS = 32_768;

  private static final class Packet {
    private final MemorySegment memory = Arena.global().allocate(PACKET_BYTES);
    private final ByteBuffer bytes = memory.asByteBuffer();
    private TunDevice to;
    private long dueNanos;
    private long order;

    /** By difference, since {@link System#nanoTime} may wrap. */
    private static int compare(Packet one, Packet other) {
      long difference = one.dueNanos - other.dueNanos;
      return difference != 0 ? Long.signum(difference) : Long.compare(one.order, other.order);
    }
  }

  private final PriorityQueue<Packet> underWay = new PriorityQueue<>(Packet::compare);
  private final Deque<Packet> free = new ArrayDeque<>();
  private long order;

  /** How many more packets can be under way. */
  int room() {
    return MAX_PACKETS - underWay.size();
  }

  /**
   * A copy of a packet is to arrive somewhere.
   *
   * @param packet to its limit; left as it is
   * @return the copy, which may be changed until the next call
   */
  ByteBuffer add(ByteBuffer packet, TunDevice to, long dueNanos) {
    Packet copy = free.isEmpty() ? new Packet() : free.pop();
    copy.bytes.clear().put(0, packet, 0, packet.limit()).limit(packet.limit());
    copy.to = to;
    copy.dueNanos = dueNanos;
    copy.order = order++;
    underWay.add(copy);
    return copy.bytes;
  }

  /** Time until the next arrival, not positive if it is due, or this if nothing is under way. */
  long nextNanos(long nowNanos, long otherwiseNanos) {
    return underWay.isEmpty() ? otherwiseNanos : underWay.peek().dueNanos - nowNanos;
  }

  /** Lets what is due arrive. */
  void deliver(long nowNanos) throws IOException {
    while (!underWay.isEmpty() && underWay.peek().dueNanos - nowNanos <= 0) {
      Packet packet = underWay.poll();
      packet.to.write(packet.memory, packet.bytes.limit());
      free.push(packet);
    }
  }
}
