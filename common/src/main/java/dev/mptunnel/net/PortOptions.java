package dev.mptunnel.net;

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
 */
public record PortOptions(
    InetSocketAddress local, InetSocketAddress remote, int bufferBytes, String device) {

  public PortOptions {
    Objects.requireNonNull(local, "local");
  }

  /** An unconnected socket with all else as the kernel has it. */
  public static PortOptions at(InetSocketAddress local) {
    return new PortOptions(local, null, 0, null);
  }

  /** A socket that is connected, at an address and port of the kernel's choice. */
  public static PortOptions connected(InetSocketAddress remote) {
    return new PortOptions(Addresses.anyLike(remote.getAddress()), remote, 0, null);
  }

  /** The same at another local port; 0 where the kernel may choose. */
  public PortOptions withLocalPort(int port) {
    return new PortOptions(
        new InetSocketAddress(local.getAddress(), port), remote, bufferBytes, device);
  }

  /** The same with buffers of this size. */
  public PortOptions withBufferBytes(int bytes) {
    return new PortOptions(local, remote, bytes, device);
  }

  /** The same on a network interface; null for none. */
  public PortOptions withDevice(String name) {
    return new PortOptions(local, remote, bufferBytes, name);
  }
}
