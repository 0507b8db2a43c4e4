package dev.mptunnel.api;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** Datagrams between two threads: so many, and no more. Guarded by its owner's lock. */
final class DatagramQueue {

  private static final int MOST = 256;
  private static final int MOST_BYTES = 1 << 20;

  private ArrayDeque<ByteBuffer> datagrams = new ArrayDeque<>();
  private int bytes;

  boolean hasRoomFor(ByteBuffer datagram) {
    return datagrams.size() < MOST && bytes + datagram.remaining() <= MOST_BYTES;
  }

  boolean isEmpty() {
    return datagrams.isEmpty();
  }

  void add(ByteBuffer datagram) {
    datagrams.add(datagram);
    bytes += datagram.remaining();
  }

  /** The oldest. */
  ByteBuffer take() {
    ByteBuffer oldest = datagrams.remove();
    bytes -= oldest.remaining();
    return oldest;
  }

  ArrayDeque<ByteBuffer> takeAll() {
    ArrayDeque<ByteBuffer> all = datagrams;
    datagrams = new ArrayDeque<>();
    bytes = 0;
    return all;
  }
}
