package dev.mptunnel.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Memory for what waits to be sent: lent to the ports of an engine, and given back as soon as the
 * kernel has taken it, so that little of it is in use, and that little is in the processor's cache.
 */
final class SendPool implements AutoCloseable {

  /**
   * What is kept for the next time: as much as is lent at once where each datagram leaves by
   * another port. Each engine keeps so much.
   */
  private static final int KEPT_BLOCKS = UnflushedPorts.MOST;

  private static final int KEPT_MESSAGES = 4096;

  private Block freeBlocks;
  private int freeBlockCount;
  private Message freeMessages;
  private int freeMessageCount;

  /** Memory outside the heap, filled from its beginning. */
  static final class Block {

    /**
     * Longer than the longest datagram. Not a power of two: the beginnings of the blocks, which are
     * what is used most, then do not compete for the same lines of the processor's cache.
     */
    static final int BYTES = (64 << 10) + 64;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(BYTES, 64);

    final ByteBuffer buffer = memory.asByteBuffer();
    final long address = memory.address();

    int usedBytes;

    /** Messages in it that the kernel has not taken, of any queue. */
    int messages;

    /** Whether a queue fills it. */
    boolean isFilled;

    private Block next;

    private Block() {}
  }

  /** One datagram, or several that the kernel makes of one message. */
  static final class Message {

    /** Marked as the socket marks all. */
    static final int OF_SOCKET = -1;

    Block block;
    int offset;
    int bytes;

    /** How long each of the datagrams is, but for the last, which may be shorter. */
    int segmentBytes;

    int datagrams;

    /** Where to, or null on a connected socket. */
    InetSocketAddress remote;

    /** What it is marked with, or {@link #OF_SOCKET}. */
    int trafficClass;

    /** Whether it was joined with others once, and refused so. */
    boolean parted;

    /** The one behind it in the queue. */
    Message next;

    /** The one before it. */
    Message previous;

    private Message() {}
  }

  Block block() {
    Block block = freeBlocks;
    if (block == null) {
      return new Block();
    }
    freeBlocks = block.next;
    freeBlockCount--;
    block.next = null;
    block.usedBytes = 0;
    return block;
  }

  void release(Block block) {
    if (freeBlockCount >= KEPT_BLOCKS) {
      block.arena.close();
      return;
    }
    block.next = freeBlocks;
    freeBlocks = block;
    freeBlockCount++;
  }

  Message message() {
    Message message = freeMessages;
    if (message == null) {
      return new Message();
    }
    freeMessages = message.next;
    freeMessageCount--;
    message.next = null;
    return message;
  }

  void release(Message message) {
    message.block = null;
    message.remote = null;
    message.parted = false;
    message.next = null;
    message.previous = null;
    if (freeMessageCount < KEPT_MESSAGES) {
      message.next = freeMessages;
      freeMessages = message;
      freeMessageCount++;
    }
  }

  /** Frees what has been given back. */
  @Override
  public void close() {
    for (Block block = freeBlocks; block != null; block = block.next) {
      block.arena.close();
    }
    freeBlocks = null;
  }
}
