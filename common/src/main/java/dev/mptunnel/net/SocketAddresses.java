package dev.mptunnel.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;

/**
 * Addresses as the kernel has them.
 *
 * <pre>
 *   struct sockaddr_in    family:16  port:16  address:32  zero:64
 *   struct sockaddr_in6   family:16  port:16  flow:32  address:128  scope:32
 * </pre>
 *
 * <p>Port and address are in network byte order, the others in the machine's.
 */
final class SocketAddresses {

  static final short AF_INET = 2;
  static final short AF_INET6 = 10;

  static final int INET_BYTES = 16;
  static final int INET6_BYTES = 28;

  /** Room for either, aligned. */
  static final int SLOT_BYTES = 32;

  static final int INET6_ADDRESS = 8;
  static final int INET6_SCOPE = 24;

  private static final int PORT = 2;
  private static final int INET_ADDRESS = 4;

  private static final ValueLayout.OfShort NETWORK_SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private SocketAddresses() {}

  /**
   * Writes an address, an IPv4 one for an IPv6 socket as {@code ::ffff:a.b.c.d}.
   *
   * @return how many bytes it has
   */
  static int write(InetSocketAddress address, boolean ipv6, MemorySegment to, long offset) {
    InetAddress host = address.getAddress();
    byte[] bytes = host.getAddress();
    to.asSlice(offset, SLOT_BYTES).fill((byte) 0);
    to.set(ValueLayout.JAVA_SHORT, offset, ipv6 ? AF_INET6 : AF_INET);
    to.set(NETWORK_SHORT, offset + PORT, (short) address.getPort());
    long at = offset + INET_ADDRESS;
    if (ipv6) {
      at = offset + INET6_ADDRESS;
      if (host instanceof Inet6Address six) {
        to.set(ValueLayout.JAVA_INT, offset + INET6_SCOPE, six.getScopeId());
      } else {
        to.set(ValueLayout.JAVA_SHORT, at + 10, (short) -1);
        at += 12;
      }
    }
    MemorySegment.copy(bytes, 0, to, ValueLayout.JAVA_BYTE, at, bytes.length);
    return ipv6 ? INET6_BYTES : INET_BYTES;
  }

  /** Reads an address: {@code ::ffff:a.b.c.d} as IPv4. */
  static InetSocketAddress read(MemorySegment from, long offset) {
    boolean ipv6 = from.get(ValueLayout.JAVA_SHORT, offset) == AF_INET6;
    int port = Short.toUnsignedInt(from.get(NETWORK_SHORT, offset + PORT));
    byte[] bytes = new byte[ipv6 ? 16 : 4];
    long at = offset + (ipv6 ? INET6_ADDRESS : INET_ADDRESS);
    MemorySegment.copy(from, ValueLayout.JAVA_BYTE, at, bytes, 0, bytes.length);
    int scope = ipv6 ? from.get(ValueLayout.JAVA_INT, offset + INET6_SCOPE) : 0;
    try {
      InetAddress host =
          scope == 0
              ? InetAddress.getByAddress(bytes)
              : Inet6Address.getByAddress(null, bytes, scope);
      return new InetSocketAddress(host, port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // of a wrong length only
    }
  }

  /** Whether both are one, by their scopes too, which {@link InetSocketAddress#equals} ignores. */
  @SuppressWarnings("ReferenceEquality") // the quickest answer, and the usual one
  static boolean same(InetSocketAddress a, InetSocketAddress b) {
    return a == b || (a != null && a.equals(b) && scope(a.getAddress()) == scope(b.getAddress()));
  }

  private static int scope(InetAddress address) {
    return address instanceof Inet6Address six ? six.getScopeId() : 0;
  }
}
