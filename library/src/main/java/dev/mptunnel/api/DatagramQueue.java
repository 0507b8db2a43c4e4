package dev.mptunnel.api;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** Datagrams between two threads: so many, and no more. Guarded by its owner's lock. */
final class DatagramQueue {

  private static final int MOST = 256;
  private static final int MOST_BYTES = 1 << 20;

  /** As long as nobody has said that he wants them. */
  private static final int MOST_BYTES_UNWANTED = 1 << 16;

  private ArrayDeque<ByteBuffer> datagrams = new ArrayDeque<>();
  private int bytes;
  private int mostBytes = MOST_BYTES;

  /** What waits for somebody who may never come. */
  static DatagramQueue unwanted() {
    DatagramQueue queue = new DatagramQueue();
    queue.mostBytes = MOST_BYTES_UNWANTED;
    return queue;
  }

  /** Somebody has come. */
  void setWanted() {
    mostBytes = MOST_BYTES;
  }

  boolean hasRoomFor(ByteBuffer datagram) {
    return datagrams.size() < MOST && bytes + datagram.remaining() <= mostBytes;
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
