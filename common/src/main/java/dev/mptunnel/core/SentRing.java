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

  private static final long NONE = -1;

  /** What is noted of a packet besides its bytes. */
  private static final int NOTE_BYTES = 2 * Long.BYTES + Integer.BYTES + Byte.BYTES;

  private final SharedRoom room;

  // Packet n lies in data[begins[n & mask] & mask], whole; begins grow without end. All lengths are
  // powers of two: a division of each packet's would be felt.
  private byte[] data = new byte[0];
  private ByteBuffer view = ByteBuffer.wrap(data);
  private long[] begins = new long[0];
  private long[] sentNanos = new long[0];
  private int[] lengths = new int[0];
  private byte[] trafficClasses = new byte[0];
  private long end;
  private long first;
  private long next;

  // The room of the packet that is being made.
  private long reserved = NONE;
  private int reservedBytes;

  SentRing(SharedRoom room) {
    this.room = room;
  }

  /** What it keeps in memory, in bytes. */
  int keptBytes() {
    return data.length + begins.length * NOTE_BYTES;
  }

  /**
   * Makes room for the next packet, to be made there, so that it need not be copied. What stood
   * there is forgotten.
   *
   * @param bytes how long it will be, at the most
   * @param neededNanos how long packets are needed
   * @return the room, from position to limit, until the next one is reserved; or null if there is
   *     none, and it is to be made elsewhere
   */
  ByteBuffer reserve(long now, int bytes, long neededNanos) {
    reserved = NONE;
    makeRoom(now, bytes, neededNanos);
    if (bytes > data.length) {
      return null;
    }
    long begin = beginOf(bytes, end, data.length);
    while (first < next && begins[slot(first)] < begin + bytes - data.length) {
      first++;
    }
    if (next - first == begins.length) {
      first++;
    }
    reserved = begin;
    reservedBytes = bytes;
    int offset = offset(begin, data.length);
    return view.limit(offset + bytes).position(offset);
  }

  /**
   * Keeps the packet that stands at the beginning of the room reserved last; or none, if there was
   * none.
   *
   * @param counter one more than that of the packet before; if it is not, those before are
   *     forgotten
   * @param length bytes of the whole packet
   * @param trafficClass what it was marked with
   */
  void keep(long now, long counter, int length, int trafficClass) {
    if (reserved == NONE) {
      first = counter + 1;
      next = first;
      return;
    }
    if (length > reservedBytes) {
      throw new IllegalStateException("a packet of " + length + " bytes in " + reservedBytes);
    }
    if (counter != next) {
      first = counter;
      next = counter;
    }
    begins[slot(next)] = reserved;
    lengths[slot(next)] = length;
    trafficClasses[slot(next)] = (byte) trafficClass;
    sentNanos[slot(next)] = now;
    end = reserved + length;
    next++;
    reserved = NONE;
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
      view = ByteBuffer.wrap(data);
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
    view = ByteBuffer.wrap(data);
    end = moreEnd;
  }

  /** The packet of this counter, valid until room is made for another; null if it is not kept. */
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
    view = ByteBuffer.wrap(data);
    begins = new long[0];
    sentNanos = new long[0];
    lengths = new int[0];
    trafficClasses = new byte[0];
    first = next;
    end = 0;
    reserved = NONE;
  }

  private static int offset(long begin, int size) {
    return (int) (begin & size - 1);
  }

  private int slot(long counter) {
    return (int) (counter & begins.length - 1);
  }
}
