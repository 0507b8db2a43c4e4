package dev.mptunnel.net;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * How a UDP socket is to be opened: begins with {@link #at} or {@link #connected}, and each of the
 * others says one thing more.
 *
 * @param local the address to bind, a wildcard or port 0 where the kernel may choose
 * @param remote the address to connect to, so that only it is heard and its refusals are reported;
 *     or null for an unconnected socket
 * @param bufferBytes size asked of the kernel for each of the socket's two buffers, or 0 for its
 *     own
 * @param device the network interface to bind to (SO_BINDTODEVICE), or null for none
 * @param mark what routing rules and the firewall know its packets by (SO_MARK), 32 unsigned bits,
 *     or 0 for none
 * @param whole whether a datagram that a line does not carry is lost rather than fragmented by IP,
 *     and what routers say about it is not heeded (IP_PMTUDISC_PROBE in ip(7); RFC 8899, section
 *     4.1)
 * @param stamped whether {@link DatagramPort#arrivedNanos} is to be asked for what the kernel knows
 * @param dscp what networks are to know its packets by (RFC 2474), 6 bits; 0 as usual
 * @param carried the bits of the traffic class ({@link dev.mptunnel.core.TrafficClass}) that each
 *     datagram has of its own: {@link DatagramPort#trafficClass} tells them, and {@code send} takes
 *     them; 0 for none
 * @param sharing whether other sockets have its port too
 */
public record PortOptions(
    InetSocketAddress local,
    InetSocketAddress remote,
    int bufferBytes,
    String device,
    int mark,
    boolean whole,
    boolean stamped,
    int dscp,
    int carried,
    Sharing sharing) {

  public PortOptions {
    Objects.requireNonNull(local, "local");
  }

  /** An unconnected socket with all else as the kernel has it. */
  public static PortOptions at(InetSocketAddress local) {
    return new PortOptions(local, null, 0, null, 0, false, false, 0, 0, Sharing.NONE);
  }

  /** A socket that is connected, at an address and port of the kernel's choice. */
  public static PortOptions connected(InetSocketAddress remote) {
    return new PortOptions(
        Addresses.anyLike(remote.getAddress()),
        remote,
        0,
        null,
        0,
        false,
        false,
        0,
        0,
        Sharing.NONE);
  }

  /** The same at another local port; 0 where the kernel may choose. */
  public PortOptions withLocalPort(int port) {
    return new PortOptions(
        new InetSocketAddress(local.getAddress(), port),
        remote,
        bufferBytes,
        device,
        mark,
        whole,
        stamped,
        dscp,
        carried,
        sharing);
  }

  /** The same with buffers of this size. */
  public PortOptions withBufferBytes(int bytes) {
    return new PortOptions(
        local, remote, bytes, device, mark, whole, stamped, dscp, carried, sharing);
  }

  /** The same on a network interface; null for none. */
  public PortOptions withDevice(String name) {
    return new PortOptions(
        local, remote, bufferBytes, name, mark, whole, stamped, dscp, carried, sharing);
  }

  /** The same with its packets marked; 0 for not. */
  public PortOptions withMark(int bits) {
    return new PortOptions(
        local, remote, bufferBytes, device, bits, whole, stamped, dscp, carried, sharing);
  }

  /** The same with its packets marked for the networks on their way; 0 as usual. */
  public PortOptions withDscp(int bits) {
    return new PortOptions(
        local, remote, bufferBytes, device, mark, whole, stamped, bits, carried, sharing);
  }

  /** The same with so many bits of the traffic class carried; see {@link #carried}. */
  public PortOptions withCarried(int bits) {
    return new PortOptions(
        local, remote, bufferBytes, device, mark, whole, stamped, dscp, bits, sharing);
  }

  /** The same, never fragmented by IP. */
  public PortOptions sentWhole() {
    return new PortOptions(
        local, remote, bufferBytes, device, mark, true, stamped, dscp, carried, sharing);
  }

  /** The same, told when datagrams arrived. */
  public PortOptions withStamps() {
    return new PortOptions(
        local, remote, bufferBytes, device, mark, whole, true, dscp, carried, sharing);
  }

  /** The byte of the IP header that the mark is in: below it are the two bits of ECN. */
  int trafficClass() {
    return dscp << 2;
  }

  /** The same, alone at its port or not. */
  public PortOptions shared(Sharing how) {
    return new PortOptions(
        local, remote, bufferBytes, device, mark, whole, stamped, dscp, carried, how);
  }

  /** Whether the socket is one of IPv6, as it must be to reach the remote address. */
  boolean isIpv6() throws IOException {
    InetAddress from = local.getAddress();
    InetAddress to = remote == null ? null : remote.getAddress();
    if (from == null || (remote != null && to == null)) {
      throw new IOException("a socket needs addresses, not names");
    }
    if (to == null) {
      return from instanceof Inet6Address;
    }
    if (!Addresses.sameFamily(from, to) && !from.isAnyLocalAddress()) {
      throw new IOException(
          Addresses.text(local)
              + " cannot reach "
              + Addresses.text(remote)
              + ": one is IPv4, the other IPv6");
    }
    return to instanceof Inet6Address;
  }
}
