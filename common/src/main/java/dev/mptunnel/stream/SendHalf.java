package dev.mptunnel.stream;

import dev.mptunnel.wire.StreamFrames;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeMap;

/** The bytes of a connection on their way to the peer: all of them, until it has them. */
final class SendHalf {

  private final Connection connection;
  private final StreamRoom room;
  private long takenBytes;
  private final ArrayDeque<byte[]> blocks = new ArrayDeque<>();
  private final TreeMap<Long, Chunk> underWay = new TreeMap<>();
  private final TreeMap<Long, Chunk> lost = new TreeMap<>();
  private long blocksFrom;
  private long received;
  private long sent;
  private long end;
  private long limit = StreamFrames.FIRST_LIMIT;
  private long lostBytes;
  private boolean finished;
  private boolean finArrived;

  /**
   * @param room for what is kept
   */
  SendHalf(Connection connection, StreamRoom room) {
    this.connection = connection;
    this.room = room;
  }

  // --- the application's side ---

  /** How many bytes the application may write. */
  int room() {
    if (finished) {
      return 0;
    }
    long allowed =
        Math.clamp(limit() - received, StreamFrames.FIRST_LIMIT, StreamLimits.UNSENT_BYTES);
    long mayKeep = StreamLimits.KEPT_BYTES + takenBytes + room.spareBytes();
    return (int) Math.max(0, Math.min(allowed - (end - sent), mayKeep - (end - received)));
  }

  /** Takes room for what is kept above what is always there, or gives it back. */
  private void takeRoom() {
    long wanted = Math.max(0, end - received - StreamLimits.KEPT_BYTES);
    if (wanted <= takenBytes || room.take(wanted - takenBytes)) {
      room.giveBack(Math.max(0, takenBytes - wanted));
      takenBytes = wanted;
    }
  }

  /** Takes as much as there is room for. @return how much that was */
  int write(ByteBuffer data) {
    int count = Math.min(room(), data.remaining());
    for (int left = count; left > 0; ) {
      int place = (int) (end - blocksFrom) % StreamLimits.BLOCK_BYTES;
      if (place == 0 && end - blocksFrom == (long) blocks.size() * StreamLimits.BLOCK_BYTES) {
        blocks.add(new byte[StreamLimits.BLOCK_BYTES]);
      }
      int piece = Math.min(left, StreamLimits.BLOCK_BYTES - place);
      data.get(blocks.getLast(), place, piece);
      end += piece;
      left -= piece;
    }
    takeRoom();
    return count;
  }

  /** There is nothing more to write. */
  void finish() {
    finished = true;
  }

  // --- what goes out ---

  /** Bytes that may be sent now. */
  long sendableBytes() {
    return lostBytes + newBytes();
  }

  private long newBytes() {
    return Math.max(0, Math.min(end, limit()) - sent);
  }

  /** Whether what may be sent was sent before, and lost: it needs no credit. */
  boolean hasLost() {
    return lostBytes > 0;
  }

  /** Bytes that may be sent, of those written or not. */
  long creditBytes() {
    return limit() - sent;
  }

  /** What the peer allows, as far as anybody may be allowed. */
  private long limit() {
    return Math.min(limit, received + StreamLimits.MAX_WINDOW_BYTES);
  }

  /** Whether the end may be said: all before it has been sent, so that it is not the first. */
  boolean mayFinish() {
    return finished && sent == end;
  }

  long end() {
    return end;
  }

  /** Takes what is to be sent next, of at most so many bytes, unless it was sent so before. */
  Chunk next(int mostBytes) {
    if (!lost.isEmpty()) {
      Chunk chunk = lost.pollFirstEntry().getValue();
      lostBytes -= chunk.length();
      return chunk;
    }
    Chunk chunk = new Chunk(connection, sent, (int) Math.min(mostBytes, newBytes()));
    sent += chunk.length();
    underWay.put(chunk.offset(), chunk);
    return chunk;
  }

  /** Appends a chunk's bytes. */
  void put(Chunk chunk, ByteBuffer record) {
    int skip = (int) ((chunk.offset() - blocksFrom) / StreamLimits.BLOCK_BYTES);
    int place = (int) ((chunk.offset() - blocksFrom) % StreamLimits.BLOCK_BYTES);
    int left = chunk.length();
    for (byte[] block : blocks) {
      if (skip-- > 0) {
        continue;
      }
      int piece = Math.min(left, StreamLimits.BLOCK_BYTES - place);
      record.put(block, place, piece);
      left -= piece;
      place = 0;
      if (left == 0) {
        return;
      }
    }
    throw new IllegalStateException("bytes that are not kept: " + chunk.offset());
  }

  /** Bytes that the peer does not have, sent or not. */
  long outstandingBytes() {
    return end - received;
  }

  /** Whether the peer does not have all that was sent. */
  boolean hasUnderWay() {
    return !underWay.isEmpty();
  }

  /** The first chunks, up to so many, that the peer does not have and that are under way. */
  List<Chunk> firstUnderWay(int most) {
    return underWay.values().stream().filter(chunk -> chunk.copies() > 0).limit(most).toList();
  }

  /** Whether all that was written was sent. */
  boolean isDry() {
    return sent == end;
  }

  /** No tunnel brings it any more. */
  void lose(Chunk chunk) {
    if (underWay.containsKey(chunk.offset()) && lost.put(chunk.offset(), chunk) == null) {
      lostBytes += chunk.length();
    }
  }

  // --- what the peer has ---

  /** The peer has a chunk, but perhaps not all before it. */
  void onArrived(Chunk chunk) {
    chunk.arrive();
    if (underWay.remove(chunk.offset(), chunk)) {
      if (lost.remove(chunk.offset()) != null) {
        lostBytes -= chunk.length();
      }
      received = underWay.isEmpty() ? sent : underWay.firstKey();
      forgetReceived();
      takeRoom();
    }
  }

  private void forgetReceived() {
    while (!blocks.isEmpty() && blocksFrom + StreamLimits.BLOCK_BYTES <= received) {
      blocks.removeFirst();
      blocksFrom += StreamLimits.BLOCK_BYTES;
    }
    if (received == end) {
      blocks.clear();
      blocksFrom = end;
    }
  }

  /** The peer knows where the end is. */
  void onFinArrived() {
    finArrived = true;
  }

  /** Bytes below a limit may be sent. */
  void onCredit(long nowLimit) {
    limit = Math.max(limit, nowLimit);
  }

  /** Whether the peer has everything, the end included. */
  boolean isDone() {
    return finArrived && received == end;
  }

  /** Memory that it takes, in bytes. */
  long keptBytes() {
    return (long) blocks.size() * StreamLimits.BLOCK_BYTES;
  }

  /** Nothing of it is sent any more. */
  void clear() {
    blocks.clear();
    underWay.clear();
    lost.clear();
    lostBytes = 0;
    end = sent;
    received = sent;
    blocksFrom = end;
    finished = true;
    takeRoom();
  }
}
