package dev.mptunnel.net;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Packets that other loops have for one loop's endpoint. Those that wait are taken together, and
 * what follows from them leaves together. May be used from any thread.
 */
final class Inbox {

  /** Packets that may be on their way to a loop at a time; further ones are lost. */
  private static final int MAX_ON_THEIR_WAY = 1_024;

  private record Packet(int port, InetSocketAddress source, int trafficClass, ByteBuffer bytes) {}

  private final EndpointDriver owner;
  private final Queue<Packet> packets = new ConcurrentLinkedQueue<>();
  private final AtomicInteger onTheirWay = new AtomicInteger();
  private final AtomicBoolean due = new AtomicBoolean();
  private final AtomicLong handedOver = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();

  Inbox(EndpointDriver owner) {
    this.owner = owner;
  }

  /** Hands a copy of a packet over, that came to a port of this number, or loses it. */
  void put(int port, InetSocketAddress source, int trafficClass, ByteBuffer packet) {
    if (onTheirWay.incrementAndGet() > MAX_ON_THEIR_WAY) {
      onTheirWay.decrementAndGet();
      lost.incrementAndGet();
      return;
    }
    handedOver.incrementAndGet();
    byte[] copy = new byte[packet.remaining()];
    packet.get(copy);
    packets.add(new Packet(port, source, trafficClass, ByteBuffer.wrap(copy)));
    see();
  }

  private void see() {
    if (!due.getAndSet(true)) {
      owner.engine().execute(this::takeAll);
    }
  }

  private void takeAll() {
    due.set(false);
    try {
      owner.run(_ -> takeSome());
    } finally {
      if (!packets.isEmpty()) {
        see();
      }
    }
  }

  /** Then others have their turn. */
  private void takeSome() {
    for (int i = 0; i < MAX_ON_THEIR_WAY; i++) {
      Packet packet = packets.poll();
      if (packet == null) {
        return;
      }
      onTheirWay.decrementAndGet();
      if (!owner.take(packet.port, packet.source, packet.trafficClass, packet.bytes)) {
        lost.incrementAndGet();
      }
    }
  }

  /** Packets that were handed over. */
  long handedOver() {
    return handedOver.get();
  }

  /** Packets that found no room, or no port. */
  long lost() {
    return lost.get();
  }
}
