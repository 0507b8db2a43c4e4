package dev.mptunnel.net;

import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * How a UDP socket is to be opened.
 *
 * @param local the address to bind, a wildcard or port 0 where the kernel may choose
 * @param device the network interface to bind to (SO_BINDTODEVICE), or null for none
 * @param remote the address to connect to, so that only it is heard and its refusals are reported;
 *     or null for an unconnected socket
 * @param bufferBytes size asked of the kernel for each of the socket's two buffers, or 0 for its
 *     own
 */
public record PortOptions(
    InetSocketAddress local, String device, InetSocketAddress remote, int bufferBytes) {

  public PortOptions {
    Objects.requireNonNull(local, "local");
  }

  /** The same at another local port; 0 where the kernel may choose. */
  public PortOptions withLocalPort(int port) {
    return new PortOptions(
        new InetSocketAddress(local.getAddress(), port), device, remote, bufferBytes);
  }
}
