package dev.mptunnel.api;

import dev.mptunnel.config.HostPort;
import java.net.InetSocketAddress;

/** Hosts as they are configured. */
final class Hosts {

  private Hosts() {}

  /** Where to listen. */
  static String listening(InetSocketAddress address) {
    boolean isAny = !address.isUnresolved() && address.getAddress().isAnyLocalAddress();
    return isAny ? HostPort.ANY : connecting(address);
  }

  /** Where to connect to: a name as it is, to be resolved again where need be. */
  static String connecting(InetSocketAddress address) {
    return address.getHostString();
  }

  /** A socket address for people. */
  static HostPort of(InetSocketAddress address) {
    return new HostPort(connecting(address), address.getPort());
  }
}
