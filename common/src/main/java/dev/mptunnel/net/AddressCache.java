package dev.mptunnel.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetSocketAddress;

/**
 * The addresses that datagrams came from and went to last, in both of their forms, so that one from
 * or to a known address makes no garbage. A new address takes the place of whichever was there.
 */
final class AddressCache {

  private static final int BITS = 10;
  private static final int SIZE = 1 << BITS;
  private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L; // Knuth's, of the golden ratio

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  // Each source's raw address, without the flow label, and what it is to Java.
  private final long[] begin = new long[SIZE];
  private final long[] high = new long[SIZE];
  private final long[] low = new long[SIZE];
  private final InetSocketAddress[] sources = new InetSocketAddress[SIZE];

  // Each destination, and what it is to the kernel: for an IPv4 socket, then for an IPv6 one.
  private final InetSocketAddress[] remotes = new InetSocketAddress[SIZE];
  private final MemorySegment written;

  AddressCache(Arena arena) {
    written = arena.allocate((long) SIZE * 2 * SocketAddresses.SLOT_BYTES, 8);
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
    int index = index((((first * MULTIPLIER) ^ second) * MULTIPLIER) ^ third);
    InetSocketAddress known = sources[index];
    if (known != null && begin[index] == first && high[index] == second && low[index] == third) {
      return known;
    }
    InetSocketAddress source = SocketAddresses.read(from, offset);
    begin[index] = first;
    high[index] = second;
    low[index] = third;
    sources[index] = source;
    return source;
  }

  /**
   * Writes where to.
   *
   * @param ipv6 whether the socket is one of IPv6; if not, the address must not be either
   * @return how many bytes it has
   */
  int write(InetSocketAddress remote, boolean ipv6, MemorySegment to, long offset) {
    int index = index(remote.hashCode());
    long slot = (long) index * 2 * SocketAddresses.SLOT_BYTES;
    if (!SocketAddresses.same(remotes[index], remote)) {
      if (!(remote.getAddress() instanceof Inet6Address)) {
        SocketAddresses.write(remote, false, written, slot);
      }
      SocketAddresses.write(remote, true, written, slot + SocketAddresses.SLOT_BYTES);
      remotes[index] = remote;
    }
    if (ipv6) {
      slot += SocketAddresses.SLOT_BYTES;
    }
    for (int at = 0; at < SocketAddresses.SLOT_BYTES; at += Long.BYTES) {
      to.set(LONG, offset + at, written.get(LONG, slot + at));
    }
    return ipv6 ? SocketAddresses.INET6_BYTES : SocketAddresses.INET_BYTES;
  }

  private static int index(long key) {
    return (int) ((key * MULTIPLIER) >>> (Long.SIZE - BITS));
  }
}
