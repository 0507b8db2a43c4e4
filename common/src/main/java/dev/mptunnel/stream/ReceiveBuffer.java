package dev.mptunnel.stream;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * The bytes of a connection that have come and that the application has not read, each at its place
 * in a block, whatever came before it. What they take so depends on where they are, not on how many
 * pieces they came in: a peer chooses the pieces, and the smallest would cost a hundred times what
 * they hold.
 */
final class ReceiveBuffer {

  private static final int BLOCK_BYTES = StreamLimits.RECEIVE_BLOCK_BYTES;

  private static final class Block {
    private final byte[] bytes = new byte[BLOCK_BYTES];

    /** Which have come before what is in front of them; null if none has. */
    private BitSet early;
  }

  private final Map<Long, Block> blocks = new HashMap<>();
  private long read;
  private long received;
  private long highest;

  /** Takes bytes, of which some may have come before. */
  void put(long offset, ByteBuffer bytes) {
    long to = offset + bytes.remaining();
    long from = Math.max(offset, received);
    if (from >= to) {
      return;
    }
    boolean isNext = from == received;
    int index = bytes.position() + (int) (from - offset);
    for (long at = from; at < to; ) {
      Block block = blocks.computeIfAbsent(at / BLOCK_BYTES, _ -> new Block());
      int place = place(at);
      int count = (int) Math.min(to - at, BLOCK_BYTES - place);
      bytes.get(index, block.bytes, place, count);
      if (!isNext) {
        block.early = block.early == null ? new BitSet(BLOCK_BYTES) : block.early;
        block.early.set(place, place + count);
      }
      index += count;
      at += count;
    }
    highest = Math.max(highest, to);
    if (isNext) {
      received = to;
      passEarly();
    }
  }

  /** What was awaited has come: what stands behind it may be read too. */
  private void passEarly() {
    while (received < highest) {
      Block block = blocks.get(received / BLOCK_BYTES);
      int place = place(received);
      if (block == null || block.early == null || !block.early.get(place)) {
        return;
      }
      received += block.early.nextClearBit(place) - place;
    }
  }

  /** Moves as much as there is, and as there is room for. @return how much that was */
  int read(ByteBuffer into) {
    int before = into.position();
    while (into.hasRemaining() && read < received) {
      long number = read / BLOCK_BYTES;
      int place = place(read);
      long count = Math.min(into.remaining(), Math.min(received - read, BLOCK_BYTES - place));
      into.put(blocks.get(number).bytes, place, (int) count);
      read += count;
      if (place(read) == 0 || read == highest) {
        blocks.remove(number);
      }
    }
    return into.position() - before;
  }

  private static int place(long offset) {
    return (int) (offset % BLOCK_BYTES);
  }

  /** How many bytes were read. */
  long readBytes() {
    return read;
  }

  /** How many bytes may be read. */
  long readableBytes() {
    return received - read;
  }

  /** Where the last byte that has come ends. */
  long highest() {
    return highest;
  }

  /** Memory that it takes, in bytes. */
  long keptBytes() {
    return (long) blocks.size() * StreamLimits.RECEIVE_BLOCK_COST_BYTES;
  }

  /**
   * The most that it takes, in bytes, when what has not been read lies within a window.
   *
   * @param windowBytes a multiple of a block; 0 if nothing is taken at all
   */
  static long mostKeptBytes(long windowBytes) {
    // A window that does not begin where a block does has a part of one more.
    long most = windowBytes == 0 ? 0 : windowBytes / BLOCK_BYTES + 1;
    return most * StreamLimits.RECEIVE_BLOCK_COST_BYTES;
  }

  /** Nothing of it can be read any more. */
  void clear() {
    blocks.clear();
    received = read;
    highest = read;
  }
}
