package dev.mptunnel.core;

import dev.mptunnel.wire.DataFrames;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Joins the pieces of a session's datagrams. Pieces wait for the missing ones for a moment, within
 * what a session may keep and what all may keep together; where there is no room, the session's
 * oldest datagram goes first. No piece comes twice: a packet's counter is taken once.
 */
final class Reassembler {

  /** What of a datagram has come. */
  private static final class Assembly {
    private final long startedNanos;
    private final int flow;
    private final byte[][] pieces;
    private int missing;
    private int costBytes;
    private int bytes;

    private Assembly(long startedNanos, int flow, int count) {
      this.startedNanos = startedNanos;
      this.flow = flow;
      pieces = new byte[count][];
      missing = count;
    }
  }

  private final Context context;
  private final Map<Long, Assembly> oldestFirst = new LinkedHashMap<>();
  private int keptBytes;

  Reassembler(Context context) {
    this.context = context;
  }

  /**
   * Takes a piece.
   *
   * @param epoch the number of the epoch that it came in
   * @param piece from position to limit; copied
   * @return the whole datagram if this was the last piece, valid until the next one comes; null if
   *     others are missing
   */
  ByteBuffer take(long now, int epoch, int flow, int id, int index, int count, ByteBuffer piece) {
    forgetOld(now);
    long key = (long) epoch << Integer.SIZE | (id & 0xffff_ffffL);
    Assembly assembly = oldestFirst.get(key);
    if (assembly != null && (assembly.flow != flow || assembly.pieces.length != count)) {
      context.counters().malformed++;
      return null;
    }
    int costBytes = piece.remaining() + CoreLimits.FRAGMENT_COST_BYTES;
    if (assembly == null) {
      costBytes += count * Long.BYTES + CoreLimits.FRAGMENT_COST_BYTES;
      assembly = new Assembly(now, flow, count);
    }
    if (assembly.pieces[index] != null || !makeRoom(costBytes, key)) {
      context.counters().fragmentsWithheld++;
      return null;
    }
    oldestFirst.putIfAbsent(key, assembly);
    keep(assembly, costBytes);
    assembly.pieces[index] = new byte[piece.remaining()];
    piece.get(assembly.pieces[index]);
    assembly.bytes += assembly.pieces[index].length;
    assembly.missing--;
    if (assembly.missing > 0) {
      return null;
    }
    oldestFirst.remove(key);
    keep(assembly, -assembly.costBytes);
    return joined(assembly);
  }

  private ByteBuffer joined(Assembly assembly) {
    if (assembly.bytes > DataFrames.MAX_DATAGRAM_BYTES) {
      context.counters().malformed++;
      return null;
    }
    ByteBuffer whole = context.joining();
    for (byte[] piece : assembly.pieces) {
      whole.put(piece);
    }
    return whole.flip();
  }

  /** Whether there is room for so much, perhaps in place of older datagrams, but not of this. */
  private boolean makeRoom(int bytes, long key) {
    Iterator<Map.Entry<Long, Assembly>> eldest = oldestFirst.entrySet().iterator();
    while (keptBytes + bytes > CoreLimits.FRAGMENT_BYTES_PER_SESSION
        || context.fragmentBytes() + bytes > CoreLimits.FRAGMENT_BYTES) {
      if (!eldest.hasNext()) {
        return false;
      }
      Map.Entry<Long, Assembly> entry = eldest.next();
      if (entry.getKey() != key) {
        eldest.remove();
        giveUp(entry.getValue());
      }
    }
    return true;
  }

  /** Gives up what has waited too long. */
  void forgetOld(long now) {
    Iterator<Assembly> eldest = oldestFirst.values().iterator();
    while (eldest.hasNext()) {
      Assembly assembly = eldest.next();
      if (now - assembly.startedNanos < CoreLimits.FRAGMENTS_NANOS) {
        return;
      }
      eldest.remove();
      giveUp(assembly);
    }
  }

  /** Gives up everything. */
  void clear() {
    oldestFirst.values().forEach(this::giveUp);
    oldestFirst.clear();
  }

  private void giveUp(Assembly assembly) {
    context.counters().incomplete++;
    keep(assembly, -assembly.costBytes);
  }

  private void keep(Assembly assembly, int bytes) {
    assembly.costBytes += bytes;
    keptBytes += bytes;
    context.keepFragments(bytes);
  }
}
