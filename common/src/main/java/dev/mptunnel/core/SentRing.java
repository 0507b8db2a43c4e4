package dev.mptunnel.core;

import java.nio.ByteBuffer;

/**
 * The sealed DATA packets of an epoch that were sent lately, to be sent again as they were. It
 * keeps them as long as an answer may be asked for, within its limits; where these are reached, the
 * oldest go first.
 */
final class SentRing {

  private static final int FIRST_BYTES = 64 << 10;
  private static final int FIRST_PACKETS = 256;

  /** What is noted of a packet besides its bytes. */
  private static final int NOTE_BYTES = 2 * Long.BYTES + Integer.BYTES + Byte.BYTES;

  private final SharedRoom room;

  // Packet n lies in data[begins[n & mask] & mask], whole; begins grow without end. All lengths are
  // powers of two: a division of each packet's would be felt.
  private byte[] data = new byte[0];
  private long[] begins = new long[0];
  private long[] sentNanos = new long[0];
  private int[] lengths = new int[0];
  private byte[] trafficClasses = new byte[0];
  private long end;
  private long first;
  private long next;

  SentRing(SharedRoom room) {
    this.room = room;
  }

  /** What it keeps in memory, in bytes. */
  int keptBytes() {
    return data.length + begins.length * NOTE_BYTES;
  }

  /**
   * Keeps a packet.
   *
   * @param counter one more than that of the packet before; if it is not, those before are
   *     forgotten
   * @param trafficClass what it was marked with
   * @param neededNanos how long packets are needed
   */
  void add(long now, long counter, ByteBuffer packet, int trafficClass, long neededNanos) {
    if (counter != next) {
      first = counter;
      next = counter;
    }
    int length = packet.remaining();
    makeRoom(now, length, neededNanos);
    if (length > data.length) {
      first = counter + 1;
      next = first;
      return;
    }
    long begin = beginOf(length, end, data.length);
    while (first < next && begins[slot(first)] < begin + length - data.length) {
      first++;
    }
    if (next - first == begins.length) {
      first++;
    }
    packet.get(packet.position(), data, offset(begin, data.length), length);
    begins[slot(next)] = begin;
    lengths[slot(next)] = length;
    trafficClasses[slot(next)] = (byte) trafficClass;
    sentNanos[slot(next)] = now;
    end = begin + length;
    next++;
  }

  /** Where a packet begins that has to lie whole behind this end. */
  private static long beginOf(int length, long end, int size) {
    int left = size - offset(end, size);
    return left >= length ? end : end + left;
  }

  /** Grows while what it would have to overwrite may still be needed. */
  private void makeRoom(long now, int length, long neededNanos) {
    if (data.length == 0 && room.take(FIRST_BYTES + FIRST_PACKETS * NOTE_BYTES)) {
      data = new byte[FIRST_BYTES];
      begins = new long[FIRST_PACKETS];
      sentNanos = new long[FIRST_PACKETS];
      lengths = new int[FIRST_PACKETS];
      trafficClasses = new byte[FIRST_PACKETS];
    }
    if (first == next || now - sentNanos[slot(first)] > neededNanos) {
      return;
    }
    if (next - first == begins.length && take(begins.length * NOTE_BYTES)) {
      growPackets();
    }
    boolean overwrites = end + 2L * length - begins[slot(first)] > data.length;
    if (overwrites && data.length < CoreLimits.RESEND_BYTES_PER_EPOCH && take(data.length)) {
      growData();
    }
  }

  private boolean take(int bytes) {
    return keptBytes() < CoreLimits.MUCH_BYTES ? room.take(bytes) : room.takeMore(bytes);
  }

  private void growPackets() {
    int size = begins.length * 2;
    long[] moreBegins = new long[size];
    long[] moreNanos = new long[size];
    int[] moreLengths = new int[size];
    byte[] moreClasses = new byte[size];
    for (long counter = first; counter < next; counter++) {
      int slot = (int) (counter & size - 1);
      moreBegins[slot] = begins[slot(counter)];
      moreNanos[slot] = sentNanos[slot(counter)];
      moreLengths[slot] = lengths[slot(counter)];
      moreClasses[slot] = trafficClasses[slot(counter)];
    }
    begins = moreBegins;
    sentNanos = moreNanos;
    lengths = moreLengths;
    trafficClasses = moreClasses;
  }

  private void growData() {
    byte[] more = new byte[data.length * 2];
    long moreEnd = 0;
    for (long counter = first; counter < next; counter++) {
      int slot = slot(counter);
      long begin = beginOf(lengths[slot], moreEnd, more.length);
      int from = offset(begins[slot], data.length);
      System.arraycopy(data, from, more, (int) begin, lengths[slot]);
      begins[slot] = begin;
      moreEnd = begin + lengths[slot];
    }
    data = more;
    end = moreEnd;
  }

  /** The packet of this counter, valid until the next one is added; null if it is not kept. */
  ByteBuffer find(long now, long counter) {
    if (counter < first || counter >= next) {
      return null;
    }
    int slot = slot(counter);
    return now - sentNanos[slot] > CoreLimits.RESEND_NANOS
        ? null
        : ByteBuffer.wrap(data, offset(begins[slot], data.length), lengths[slot]);
  }

  /** What a packet was marked with that {@link #find} has found. */
  int trafficClass(long counter) {
    return trafficClasses[slot(counter)] & 0xff;
  }

  /**
   * Gives memory back that it has no more use for.
   *
   * @return whether it keeps nothing
   */
  boolean forgetOld(long now) {
    while (first < next && now - sentNanos[slot(first)] > CoreLimits.RESEND_NANOS) {
      first++;
    }
    boolean isLarge = data.length > FIRST_BYTES;
    if (first == next || (isLarge && end - begins[slot(first)] < data.length / 4)) {
      clear(); // what little a large one keeps is not worth the memory
    }
    return first == next;
  }

  /** Forgets all packets and gives their memory back. */
  void clear() {
    room.giveBack(keptBytes());
    data = new byte[0];
    begins = new long[0];
    sentNanos = new long[0];
    lengths = new int[0];
    trafficClasses = new byte[0];
    first = next;
    end = 0;
  }

  private static int offset(long begin, int size) {
    return (int) (begin & size - 1);
  }

  private int slot(long counter) {
    return (int) (counter & begins.length - 1);
  }
}
