package dev.mptunnel.core;

import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PathFrames;
import java.nio.ByteBuffer;

/**
 * Puts a DATA packet together that all paths lost, from the others of its group and from what the
 * peer sent behind them. Nothing is done until a peer sends such parities, and nothing any more
 * when it has stopped.
 */
final class ParityGroups {

  /** Parities come soon or not at all; the slowest path is a few groups behind. */
  private static final int GROUPS = 4;

  /** For so many groups after the last parity another one is expected. */
  private static final int EXPECTED = 8;

  private static final int BOTH_HALVES = 3;

  /** A packet that was put together. */
  record Rebuilt(long counter, ByteBuffer packet) {}

  /** What has come of one group. */
  private static final class Group {
    private final ParitySum sum = new ParitySum();
    private long first = -1;
    private long came;
    private int halves;

    private void begin(long first) {
      this.first = first;
      sum.clear();
      came = 0;
      halves = 0;
    }

    /** The missing packet, once all else of the group is there. */
    private Rebuilt rebuild() {
      if (halves != BOTH_HALVES || Long.bitCount(~came) != 1) {
        return null;
      }
      long counter = first + Long.numberOfTrailingZeros(~came);
      came = -1;
      int length = sum.lengths();
      if (length < Header.LENGTH || length > sum.longestBytes()) {
        return null;
      }
      byte[] packet = new byte[length];
      sum.part(0, length).get(packet);
      return new Rebuilt(counter, ByteBuffer.wrap(packet));
    }
  }

  private final Group[] groups = new Group[GROUPS];
  private byte[] held; // null until it is needed for the first time
  private int heldBytes;
  private long expectedUntil;
  private long cameNanos = Long.MIN_VALUE / 2;
  private long periodNanos;

  /** Whether a parity will come of the group of this packet, most likely. */
  boolean isExpected(long counter) {
    return counter < expectedUntil;
  }

  /** How long after a loss of this packet a parity may bring it back; 0 if none is expected. */
  long periodNanos(long counter) {
    return isExpected(counter) ? periodNanos + periodNanos / 4 : 0;
  }

  /** Remembers a packet as it came, which is about to be opened and read. */
  void hold(ByteBuffer packet) {
    if (held == null) {
      held = new byte[CoreLimits.PARITY_PACKET_BYTES];
    }
    heldBytes = packet.remaining() <= held.length ? packet.remaining() : 0;
    packet.get(packet.position(), held, 0, heldBytes);
  }

  /**
   * The packet that is held is the peer's.
   *
   * @return another one of its group that can be put together now, or null
   */
  Rebuilt take(long counter) {
    if (heldBytes == 0) {
      return null;
    }
    Group group = group(counter - counter % PathFrames.PARITY_GROUP);
    long bit = 1L << counter % PathFrames.PARITY_GROUP;
    if (group == null || (group.came & bit) != 0) {
      return null;
    }
    group.came |= bit;
    group.sum.add(held, heldBytes);
    heldBytes = 0;
    return group.rebuild();
  }

  /**
   * Half of a parity came; for the fields see {@link PathFrames}.
   *
   * @return whether it was of use: no copy of it had come
   */
  boolean add(long now, long first, int lengths, int offset, ByteBuffer bytes) {
    if (offset + bytes.remaining() > CoreLimits.PARITY_PACKET_BYTES) {
      return false;
    }
    if (first + PathFrames.PARITY_GROUP > expectedUntil - EXPECTED * PathFrames.PARITY_GROUP) {
      expectedUntil = first + (1 + EXPECTED) * PathFrames.PARITY_GROUP;
      long passedNanos = now - cameNanos;
      periodNanos = passedNanos <= CoreLimits.LONGEST_HOLD_NANOS ? passedNanos : 0;
      cameNanos = now;
    }
    Group group = group(first);
    int half = offset == 0 ? 1 : 2;
    if (group == null || (group.halves & half) != 0) {
      return false;
    }
    group.halves |= half;
    group.sum.addPart(bytes, offset);
    if (offset == 0) {
      group.sum.addLengths(lengths);
    }
    return true;
  }

  /** The packet of the group from this counter on that can be put together now, or null. */
  Rebuilt rebuild(long first) {
    Group group = group(first);
    return group == null ? null : group.rebuild();
  }

  /** The group that begins there, or null if it is too old. */
  private Group group(long first) {
    int slot = (int) (first / PathFrames.PARITY_GROUP % GROUPS);
    if (groups[slot] == null) {
      groups[slot] = new Group();
    }
    Group group = groups[slot];
    if (group.first < first) {
      group.begin(first);
    }
    return group.first == first ? group : null;
  }
}
