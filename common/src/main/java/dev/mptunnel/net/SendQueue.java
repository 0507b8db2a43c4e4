package dev.mptunnel.net;

import dev.mptunnel.net.SendPool.Block;
import dev.mptunnel.net.SendPool.Message;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * What one port has to send, in order: datagrams to one address and of one size that follow each
 * other are one message, which the kernel cuts up again (UDP_SEGMENT in udp(7)).
 */
final class SendQueue {

  /** The most that the kernel makes of one message: UDP_MAX_SEGMENTS, which was 64 at first. */
  private static final int MAX_DATAGRAMS = 64;

  /** What one IPv4 packet carries, and the most that such a message may have. */
  private static final int MAX_MESSAGE_BYTES = 65_507;

  /** What a datagram counts besides its bytes, so that empty ones have a limit too. */
  private static final int OVERHEAD_BYTES = 64;

  private final SendPool pool;

  private Message first;
  private Message last;
  private Block filling;
  private long queuedBytes;

  SendQueue(SendPool pool) {
    this.pool = pool;
  }

  boolean isEmpty() {
    return first == null;
  }

  /** How much waits, with an allowance for each datagram. */
  long queuedBytes() {
    return queuedBytes;
  }

  /** The oldest message; the others follow it. */
  Message first() {
    return first;
  }

  /**
   * Copies a datagram to the end, of at most {@link Block#BYTES}.
   *
   * @param maxJoinedBytes the longest datagram that may be joined with others; 0 for none
   */
  void add(ByteBuffer datagram, InetSocketAddress remote, int maxJoinedBytes) {
    int bytes = datagram.remaining();
    if (filling == null || filling.usedBytes + bytes > Block.BYTES) {
      filling = pool.block();
    }
    int offset = filling.usedBytes;
    filling.buffer.put(offset, datagram, datagram.position(), bytes);
    if (joins(bytes, remote, maxJoinedBytes)) {
      last.bytes += bytes;
      last.datagrams++;
    } else {
      append(filling, offset, bytes, remote);
    }
    filling.usedBytes += bytes;
    queuedBytes += bytes + OVERHEAD_BYTES;
  }

  private boolean joins(int bytes, InetSocketAddress remote, int maxJoinedBytes) {
    return last != null
        && bytes != 0
        && bytes <= last.segmentBytes
        && last.segmentBytes <= maxJoinedBytes
        && last.bytes == last.segmentBytes * last.datagrams // none of them was shorter
        && last.datagrams < MAX_DATAGRAMS
        && last.bytes + bytes <= MAX_MESSAGE_BYTES
        && last.block == filling
        && !last.parted
        && SocketAddresses.same(last.remote, remote);
  }

  private void append(Block block, int offset, int bytes, InetSocketAddress remote) {
    Message message = pool.message();
    message.block = block;
    message.offset = offset;
    message.bytes = bytes;
    message.segmentBytes = bytes;
    message.datagrams = 1;
    message.remote = remote;
    block.messages++;
    if (last == null) {
      first = message;
    } else {
      last.next = message;
    }
    last = message;
  }

  /** Takes the oldest message out: its memory may be used for others from now on. */
  void removeFirst() {
    Message gone = first;
    first = gone.next;
    if (first == null) {
      last = null;
    }
    queuedBytes -= gone.bytes + (long) gone.datagrams * OVERHEAD_BYTES;
    Block block = gone.block;
    block.messages--;
    pool.release(gone);
    if (block.messages == 0 && block != filling) {
      pool.release(block);
    }
    if (first == null && filling != null) {
      pool.release(filling);
      filling = null;
    }
  }

  /** Makes a message of each datagram of the oldest one. */
  void partFirst() {
    Message whole = first;
    Message before = whole;
    int end = whole.offset + whole.bytes;
    for (int offset = whole.offset + whole.segmentBytes; offset < end; ) {
      Message part = pool.message();
      part.block = whole.block;
      part.offset = offset;
      part.bytes = Math.min(whole.segmentBytes, end - offset);
      part.segmentBytes = part.bytes;
      part.datagrams = 1;
      part.remote = whole.remote;
      part.parted = true;
      part.block.messages++;
      part.next = before.next;
      before.next = part;
      before = part;
      offset += part.bytes;
    }
    if (last == whole) {
      last = before;
    }
    whole.bytes = whole.segmentBytes;
    whole.datagrams = 1;
    whole.parted = true;
  }

  /** Forgets everything. @return how many datagrams that was */
  long clear() {
    long datagrams = 0;
    while (first != null) {
      datagrams += first.datagrams;
      removeFirst();
    }
    return datagrams;
  }
}
