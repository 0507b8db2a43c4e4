package dev.mptunnel.net;

import java.net.InetSocketAddress;

/**
 * How a TCP socket is to be opened. All have TCP_NODELAY, since what is small is sent because it is
 * urgent, and are asked by the kernel whether the peer is still there when they are idle
 * (SO_KEEPALIVE).
 *
 * @param local the address to bind
 * @param device the network interface to bind to (SO_BINDTODEVICE), or null for none
 * @param keptOn the network interface to stay on where the kernel lets us, whatever better routes
 *     come to lead elsewhere; or null for none
 * @param mark what routing rules and the firewall know its packets by (SO_MARK), or 0 for none
 * @param congestionControl the kernel's name for it (TCP_CONGESTION), or null for the system's own
 * @param unsentBytes how much the kernel keeps that it has not sent (TCP_NOTSENT_LOWAT), and half
 *     of what we keep in front of that, or 0 for as much as it likes
 * @param silenceMillis after how long without an acknowledgement of what was sent the connection is
 *     dead (TCP_USER_TIMEOUT, RFC 5482), or 0 for the system's own
 */
public record StreamOptions(
    InetSocketAddress local,
    String device,
    String keptOn,
    int mark,
    String congestionControl,
    int unsentBytes,
    int silenceMillis) {

  /** With all else as the kernel has it. */
  public static StreamOptions at(InetSocketAddress local) {
    return new StreamOptions(local, null, null, 0, null, 0, 0);
  }

  /** The same on a network interface; null for none. */
  public StreamOptions withDevice(String name) {
    return new StreamOptions(
        local, name, keptOn, mark, congestionControl, unsentBytes, silenceMillis);
  }

  /** The same, staying on a network interface if that may be; null for none. */
  public StreamOptions keptOn(String name) {
    return new StreamOptions(
        local, device, name, mark, congestionControl, unsentBytes, silenceMillis);
  }

  /** The same with its packets marked; 0 for not. */
  public StreamOptions withMark(int bits) {
    return new StreamOptions(
        local, device, keptOn, bits, congestionControl, unsentBytes, silenceMillis);
  }

  /** The same as a tunnel, in which little waits, and that is soon known to be dead. */
  public StreamOptions asTunnel(String congestion) {
    return new StreamOptions(
        local, device, keptOn, mark, congestion, TUNNEL_BYTES, TUNNEL_SILENCE_MILLIS);
  }

  /** The same, that is known to be dead after the same time as a tunnel is. */
  public StreamOptions watched() {
    return new StreamOptions(
        local, device, keptOn, mark, congestionControl, unsentBytes, TUNNEL_SILENCE_MILLIS);
  }

  /** Enough that a tunnel never runs dry while its striper is woken up. */
  private static final int TUNNEL_BYTES = 32 << 10;

  private static final int TUNNEL_SILENCE_MILLIS = 20_000;
}
