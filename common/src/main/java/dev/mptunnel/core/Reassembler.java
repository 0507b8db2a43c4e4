package dev.mptunnel.core;

import dev.mptunnel.wire.DataFrames;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Joins the pieces of a session's datagrams. Pieces wait for the missing ones for a moment, within
 * the room that the {@link FragmentPool} has. No piece comes twice: a packet's counter is taken
 * once.
 */
final class Reassembler {

  private static final long NEVER = Long.MAX_VALUE;

  private static final int ID_BITS = 48;

  /** What of a datagram has come: its pieces by their places. */
  private static final class Assembly {
    private final long startedNanos;
    private final int flow;
    private final int count;
    private final SortedMap<Integer, byte[]> pieces = new TreeMap<>();
    private int costBytes = CoreLimits.FRAGMENT_COST_BYTES;
    private int bytes;
    private int trafficClass;

    private Assembly(long startedNanos, int flow, int count) {
      this.startedNanos = startedNanos;
      this.flow = flow;
      this.count = count;
    }
  }

  private final Context context;
  private final LinkedHashMap<Long, Assembly> oldestFirst = new LinkedHashMap<>();
  private int keptBytes;
  private int joinedClass;
  private boolean isFirstOfPacket;

  Reassembler(Context context) {
    this.context = context;
  }

  /** What the pieces cost that wait, in bytes. */
  int keptBytes() {
    return keptBytes;
  }

  /** A packet begins. */
  void onPacket() {
    isFirstOfPacket = true;
  }

  /**
   * Takes a piece.
   *
   * @param epoch the number of the epoch that it came in
   * @param id 48 bits that no other datagram of the epoch has
   * @param piece from position to limit; copied
   * @param trafficClass what it is marked with
   * @return the whole datagram if this was the last piece, valid until the next one comes; null if
   *     others are missing
   */
  ByteBuffer take(
      long now,
      int epoch,
      int flow,
      long id,
      int index,
      int count,
      ByteBuffer piece,
      int trafficClass) {
    forgetOld(now);
    long key = (long) epoch << ID_BITS | id;
    Assembly known = oldestFirst.get(key);
    boolean contradicts = known != null && (known.flow != flow || known.count != count);
    if (contradicts || !isFirstOfPacket) {
      context.counters().malformed++;
      return null;
    }
    isFirstOfPacket = false;
    Assembly assembly = known != null ? known : new Assembly(now, flow, count);
    int bytes = piece.remaining();
    int costBytes = bytes + CoreLimits.FRAGMENT_COST_BYTES;
    if (assembly.pieces.containsKey(index)
        || !context.fragments().makeRoom(this, costBytes + (known == null ? assembly.costBytes : 0))
        || (known != null && oldestFirst.get(key) != known)) {
      context.counters().fragmentsWithheld++;
      return null;
    }
    if (known == null) {
      oldestFirst.put(key, assembly);
      keep(assembly.costBytes);
    }
    assembly.costBytes += costBytes;
    keep(costBytes);
    byte[] copy = new byte[bytes];
    piece.get(copy);
    assembly.pieces.put(index, copy);
    assembly.bytes += bytes;
    // They differ in what queues have made of them: one that is marked as congested is enough (RFC
    // 3168, section 5.3), and that is the highest number.
    assembly.trafficClass = Math.max(assembly.trafficClass, trafficClass);
    if (assembly.pieces.size() < count) {
      return null;
    }
    oldestFirst.remove(key);
    keep(-assembly.costBytes);
    joinedClass = assembly.trafficClass;
    return joined(assembly);
  }

  /** What the last datagram is marked with that was joined. */
  int trafficClass() {
    return joinedClass;
  }

  private ByteBuffer joined(Assembly assembly) {
    if (assembly.bytes > DataFrames.MAX_DATAGRAM_BYTES) {
      context.counters().malformed++;
      return null;
    }
    ByteBuffer whole = context.joining();
    assembly.pieces.values().forEach(whole::put);
    return whole.flip();
  }

  /** Gives up the datagram that has waited the longest. @return false if none waits */
  boolean giveUpOldest() {
    Map.Entry<Long, Assembly> oldest = oldestFirst.pollFirstEntry();
    if (oldest != null) {
      giveUp(oldest.getValue());
    }
    return oldest != null;
  }

  /** When {@link #forgetOld} will find something. */
  long nextTimer() {
    return oldestFirst.isEmpty()
        ? NEVER
        : oldestFirst.firstEntry().getValue().startedNanos + CoreLimits.FRAGMENTS_NANOS;
  }

  /** Gives up what has waited too long. */
  void forgetOld(long now) {
    while (now >= nextTimer()) {
      giveUpOldest();
    }
  }

  /** Gives up everything. */
  void clear() {
    while (giveUpOldest()) {
      // the next one
    }
  }

  private void giveUp(Assembly assembly) {
    context.counters().incomplete++;
    keep(-assembly.costBytes);
  }

  private void keep(int bytes) {
    keptBytes += bytes;
    context.fragments().keep(this, bytes);
  }
}
