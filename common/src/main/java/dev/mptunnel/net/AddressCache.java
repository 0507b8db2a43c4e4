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
 *
 * <p>Strangers fill it, before anything is known of them, and who has an IPv6 network may choose
 * among 2^64 addresses. So the hash is keyed, lest they be chosen to lie side by side. Java's hash
 * of an address, by which destinations are found, can be met on purpose all the same: against that
 * a search is short, and where it would not be, the table begins anew too.
 */
final class AddressCache {

  private static final int FIRST_SLOTS = 1 << 10;

  /** Of which at most half are taken: room for the paths of 10,000 sessions, in a few megabytes. */
  private static final int MOST_SLOTS = 1 << 16;

  /** How many places are looked at: of those that half of are taken, hardly ever half as many. */
  private static final int MOST_PROBES = 128;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private final Arena arena;
  private final long salt;

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

  /**
   * One that knows none.
   *
   * @param salt unpredictable
   */
  AddressCache(Arena arena, long salt) {
    this.arena = arena;
    this.salt = salt;
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
    int home = slot(hash(first, second, third, salt), sources.length);
    for (int i = 0; i < MOST_PROBES; i++) {
      int index = home + i & sources.length - 1;
      if (sources[index] == null
          || (begin[index] == first && high[index] == second && low[index] == third)) {
        return index;
      }
    }
    forgetSources();
    return home;
  }

  private void forgetSources() {
    Arrays.fill(sources, null);
    sourcesTaken = 0;
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
    if (sources.length == MOST_SLOTS) {
      forgetSources();
      return;
    }
    sourcesTaken = 0;
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
    int home = slot(hash(remote.hashCode(), 0, 0, salt), remotes.length);
    for (int i = 0; i < MOST_PROBES; i++) {
      int index = home + i & remotes.length - 1;
      if (remotes[index] == null || SocketAddresses.same(remotes[index], remote)) {
        return index;
      }
    }
    forgetRemotes();
    return home;
  }

  private void forgetRemotes() {
    Arrays.fill(remotes, null);
    remotesTaken = 0;
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
    if (remotes.length == MOST_SLOTS) {
      forgetRemotes();
      return;
    }
    remotesTaken = 0;
    InetSocketAddress[] old = remotes;
    remotes = new InetSocketAddress[2 * old.length];
    written = room(remotes.length);
    for (InetSocketAddress remote : old) {
      if (remote != null) {
        addRemote(remote);
      }
    }
  }

  /** Where a table begins to look is in its upper bits. */
  static long hash(long first, long second, long third, long salt) {
    long hash = mix(first ^ salt);
    return (second | third) == 0 ? hash : mix(third ^ mix(second ^ hash));
  }

  /** SplitMix64's finalizer. */
  private static long mix(long bits) {
    long z = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  private static int slot(long hash, int slots) {
    return (int) (hash >>> (Long.numberOfLeadingZeros(slots) + 1));
  }
}
