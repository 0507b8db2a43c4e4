package dev.mptunnel.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Arrays;

/**
 * The addresses that datagrams came from and went to, in both of their forms, so that one from or
 * to a known address makes no garbage. Its tables (open addressing, linear probing) grow with what
 * there is, up to a bound, at which they begin anew.
 */
final class AddressCache {

  private static final int FIRST_SLOTS = 1 << 10;

  /** Of which at most half are taken: room for the paths of 10,000 sessions, in a few megabytes. */
  private static final int MOST_SLOTS = 1 << 16;

  private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L; // Knuth's, of the golden ratio

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private final Arena arena;

  // Each source's raw address, without the flow label, and what it is to Java.
  private long[] begin = new long[FIRST_SLOTS];
  private long[] high = new long[FIRST_SLOTS];
  private long[] low = new long[FIRST_SLOTS];
  private InetSocketAddress[] sources = new InetSocketAddress[FIRST_SLOTS];
  private int sourcesTaken;

  // Each destination, and what it is to the kernel: for an IPv4 socket, then for an IPv6 one.
  private InetSocketAddress[] remotes = new InetSocketAddress[FIRST_SLOTS];
  private MemorySegment written;
  private int remotesTaken;

  AddressCache(Arena arena) {
    this.arena = arena;
    written = room(FIRST_SLOTS);
  }

  private MemorySegment room(int slots) {
    return arena.allocate(writtenAt(slots), 8);
  }

  private static long writtenAt(int index) {
    return (long) index * 2 * SocketAddresses.SLOT_BYTES;
  }

  /** Who sent it, or null if the kernel says so of no family that we know. */
  InetSocketAddress read(MemorySegment from, long offset) {
    short family = from.get(ValueLayout.JAVA_SHORT, offset);
    long first;
    long second = 0;
    long third = 0;
    if (family == SocketAddresses.AF_INET) {
      first = from.get(LONG, offset);
    } else if (family == SocketAddresses.AF_INET6) {
      int familyAndPort = from.get(ValueLayout.JAVA_INT, offset);
      int scope = from.get(ValueLayout.JAVA_INT, offset + SocketAddresses.INET6_SCOPE);
      first = (long) scope << 32 | Integer.toUnsignedLong(familyAndPort);
      second = from.get(LONG, offset + SocketAddresses.INET6_ADDRESS);
      third = from.get(LONG, offset + SocketAddresses.INET6_ADDRESS + Long.BYTES);
    } else {
      return null;
    }
    int index = sourceSlot(first, second, third);
    if (sources[index] == null) {
      index = addSource(first, second, third, SocketAddresses.read(from, offset));
    }
    return sources[index];
  }

  /** Where a source is, or where it would be put. */
  private int sourceSlot(long first, long second, long third) {
    int index = slot((((first * MULTIPLIER) ^ second) * MULTIPLIER) ^ third, sources.length);
    while (sources[index] != null
        && !(begin[index] == first && high[index] == second && low[index] == third)) {
      index = next(index, sources.length);
    }
    return index;
  }

  private int addSource(long first, long second, long third, InetSocketAddress source) {
    if (sourcesTaken == sources.length / 2) {
      makeRoomForSources();
    }
    int index = sourceSlot(first, second, third);
    begin[index] = first;
    high[index] = second;
    low[index] = third;
    sources[index] = source;
    sourcesTaken++;
    return index;
  }

  private void makeRoomForSources() {
    sourcesTaken = 0;
    if (sources.length == MOST_SLOTS) {
      Arrays.fill(sources, null);
      return;
    }
    long[] oldBegin = begin;
    long[] oldHigh = high;
    long[] oldLow = low;
    InetSocketAddress[] old = sources;
    begin = new long[2 * old.length];
    high = new long[2 * old.length];
    low = new long[2 * old.length];
    sources = new InetSocketAddress[2 * old.length];
    for (int i = 0; i < old.length; i++) {
      if (old[i] != null) {
        addSource(oldBegin[i], oldHigh[i], oldLow[i], old[i]);
      }
    }
  }

  /**
   * Writes where to.
   *
   * @param ipv6 whether the socket is one of IPv6; if not, the address must not be either
   * @return how many bytes it has
   */
  int write(InetSocketAddress remote, boolean ipv6, MemorySegment to, long offset) {
    int index = remoteSlot(remote);
    if (remotes[index] == null) {
      index = addRemote(remote);
    }
    long at = writtenAt(index) + (ipv6 ? SocketAddresses.SLOT_BYTES : 0);
    for (int i = 0; i < SocketAddresses.SLOT_BYTES; i += Long.BYTES) {
      to.set(LONG, offset + i, written.get(LONG, at + i));
    }
    return ipv6 ? SocketAddresses.INET6_BYTES : SocketAddresses.INET_BYTES;
  }

  /** Where a destination is, or where it would be put. */
  private int remoteSlot(InetSocketAddress remote) {
    int index = slot(remote.hashCode(), remotes.length);
    while (remotes[index] != null && !SocketAddresses.same(remotes[index], remote)) {
      index = next(index, remotes.length);
    }
    return index;
  }

  private int addRemote(InetSocketAddress remote) {
    if (remotesTaken == remotes.length / 2) {
      makeRoomForRemotes();
    }
    int index = remoteSlot(remote);
    long at = writtenAt(index);
    if (!(remote.getAddress() instanceof Inet6Address)) {
      SocketAddresses.write(remote, false, written, at);
    }
    SocketAddresses.write(remote, true, written, at + SocketAddresses.SLOT_BYTES);
    remotes[index] = remote;
    remotesTaken++;
    return index;
  }

  private void makeRoomForRemotes() {
    remotesTaken = 0;
    if (remotes.length == MOST_SLOTS) {
      Arrays.fill(remotes, null);
      return;
    }
    InetSocketAddress[] old = remotes;
    remotes = new InetSocketAddress[2 * old.length];
    written = room(remotes.length);
    for (InetSocketAddress remote : old) {
      if (remote != null) {
        addRemote(remote);
      }
    }
  }

  private static int slot(long key, int slots) {
    return (int) ((key * MULTIPLIER) >>> (Long.numberOfLeadingZeros(slots) + 1));
  }

  private static int next(int index, int slots) {
    return index + 1 & slots - 1;
  }
}
