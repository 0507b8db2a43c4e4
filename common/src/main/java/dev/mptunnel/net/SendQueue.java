package dev.mptunnel.net;

import dev.mptunnel.net.SendPool.Block;
import dev.mptunnel.net.SendPool.Message;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * What one port has to send, to each address in order: datagrams to one address, of one size and
 * traffic class, that follow each other there are one message, which the kernel cuts up again
 * (UDP_SEGMENT in udp(7)).
 *
 * <p>A datagram that goes to several addresses, or out of several ports, is copied once: messages
 * of other queues, and further ones of this, may lie in the same memory. Not while the kernel takes
 * nothing of a queue: what waits long would hold a whole block of another queue's for each batch of
 * that one's.
 */
final class SendQueue {

  /** The most that the kernel makes of one message: UDP_MAX_SEGMENTS, which was 64 at first. */
  private static final int MAX_DATAGRAMS = 64;

  /** What one IPv4 packet carries, and the most that such a message may have. */
  private static final int MAX_MESSAGE_BYTES = 65_507;

  /** What a datagram counts besides its bytes, so that empty ones have a limit too. */
  private static final int OVERHEAD_BYTES = 64;

  /** A datagram is joined with the last one to its address, if that is so near the end. */
  private static final int LOOK_BACK = 8;

  private static final int NONE = -1;

  private final SendPool pool;

  private Message first;
  private Message last;
  private Block filling;
  private long queuedBytes;
  private boolean waiting;

  /** Where in {@link #filling} the datagram is that was copied last, or negative for none. */
  private int copiedOffset = NONE;

  private int copiedBytes;

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

  /** Whether the kernel takes nothing for now. */
  boolean isWaiting() {
    return waiting;
  }

  /** The kernel takes nothing until further notice, or something again. */
  void setWaiting(boolean isFull) {
    waiting = isFull;
  }

  /** The oldest message; the others follow it. */
  Message first() {
    return first;
  }

  /**
   * Copies a datagram to the end, of at most {@link Block#BYTES}.
   *
   * @param trafficClass what it is marked with, or {@link Message#OF_SOCKET}
   * @param maxJoinedBytes the longest datagram that may be joined with others; 0 for none
   */
  void add(ByteBuffer datagram, InetSocketAddress remote, int trafficClass, int maxJoinedBytes) {
    int bytes = datagram.remaining();
    // No further than one message reaches: what fitted behind a full one would be one of its own.
    if (filling == null
        || filling.usedBytes + bytes > MAX_MESSAGE_BYTES
        || isBehindFullOnes(bytes)) {
      stopFilling();
      filling = pool.block();
      filling.isFilled = true;
    }
    int offset = filling.usedBytes;
    filling.buffer.put(offset, datagram, datagram.position(), bytes);
    filling.usedBytes += bytes;
    copiedOffset = offset;
    copiedBytes = bytes;
    add(filling, offset, bytes, remote, trafficClass, maxJoinedBytes);
  }

  /**
   * Whether a datagram begins another message like the last one, which is full, and for all of
   * which there is no room: then at least half of the memory is used.
   */
  private boolean isBehindFullOnes(int bytes) {
    return last != null
        && last.block == filling
        && last.datagrams == MAX_DATAGRAMS
        && last.segmentBytes == bytes
        && filling.usedBytes + MAX_DATAGRAMS * bytes > MAX_MESSAGE_BYTES;
  }

  /**
   * Adds the datagram that a queue, perhaps this one, has copied last, without copying it.
   *
   * @param bytes how long it is
   * @return false if that queue does not have it any more, or this one waits: then it is to be
   *     copied
   */
  boolean addShared(
      SendQueue from, int bytes, InetSocketAddress remote, int trafficClass, int maxJoinedBytes) {
    if (waiting || from.copiedOffset == NONE || from.copiedBytes != bytes) {
      return false;
    }
    add(from.filling, from.copiedOffset, bytes, remote, trafficClass, maxJoinedBytes);
    return true;
  }

  /** The datagram that was copied last is not to be shared any more. */
  void forgetCopied() {
    copiedOffset = NONE;
  }

  private void add(
      Block block,
      int offset,
      int bytes,
      InetSocketAddress remote,
      int trafficClass,
      int maxJoinedBytes) {
    Message before = lastTo(remote);
    if (before != null
        && before.trafficClass == trafficClass
        && joins(before, block, offset, bytes, maxJoinedBytes)) {
      before.bytes += bytes;
      before.datagrams++;
    } else {
      append(block, offset, bytes, remote, trafficClass);
    }
    queuedBytes += bytes + OVERHEAD_BYTES;
  }

  private Message lastTo(InetSocketAddress remote) {
    Message message = last;
    for (int i = 0; message != null && i < LOOK_BACK; i++) {
      if (SocketAddresses.same(message.remote, remote)) {
        return message;
      }
      message = message.previous;
    }
    return null;
  }

  private static boolean joins(
      Message message, Block block, int offset, int bytes, int maxJoinedBytes) {
    return bytes != 0
        && bytes <= message.segmentBytes
        && message.segmentBytes <= maxJoinedBytes
        && message.bytes == message.segmentBytes * message.datagrams // none of them was shorter
        && message.datagrams < MAX_DATAGRAMS
        && message.bytes + bytes <= MAX_MESSAGE_BYTES
        && message.block == block
        && message.offset + message.bytes == offset
        && !message.parted;
  }

  private void append(
      Block block, int offset, int bytes, InetSocketAddress remote, int trafficClass) {
    Message message = pool.message();
    message.block = block;
    message.offset = offset;
    message.bytes = bytes;
    message.segmentBytes = bytes;
    message.datagrams = 1;
    message.remote = remote;
    message.trafficClass = trafficClass;
    block.messages++;
    if (last == null) {
      first = message;
    } else {
      last.next = message;
      message.previous = last;
    }
    last = message;
  }

  /** Takes the oldest message out: its memory may be used for others from now on. */
  void removeFirst() {
    Message gone = first;
    first = gone.next;
    if (first == null) {
      last = null;
      stopFilling();
    } else {
      first.previous = null;
    }
    queuedBytes -= gone.bytes + (long) gone.datagrams * OVERHEAD_BYTES;
    Block block = gone.block;
    block.messages--;
    pool.release(gone);
    releaseIfUnused(block);
  }

  private void stopFilling() {
    Block block = filling;
    filling = null;
    copiedOffset = NONE;
    if (block != null) {
      block.isFilled = false;
      releaseIfUnused(block);
    }
  }

  private void releaseIfUnused(Block block) {
    if (block.messages == 0 && !block.isFilled) {
      pool.release(block);
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
      part.trafficClass = whole.trafficClass;
      part.parted = true;
      part.block.messages++;
      part.next = before.next;
      part.previous = before;
      if (part.next != null) {
        part.next.previous = part;
      }
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

  /**
   * Drops the oldest messages until so many bytes more are within a limit: they are late anyway.
   *
   * @return how many datagrams were dropped
   */
  long makeRoom(int bytes, long limitBytes) {
    long datagrams = 0;
    while (first != null && queuedBytes + bytes > limitBytes) {
      datagrams += first.datagrams;
      removeFirst();
    }
    return datagrams;
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
