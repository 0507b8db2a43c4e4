package dev.mptunnel.config;

import java.util.Objects;

/**
 * One way to the server: a bridge, or the server itself, and where this end leaves from.
 *
 * @param address the bridge, unresolved
 * @param name what the log and the tables call the path; unique among a client's bridges
 * @param bind the local address or network interface to leave from, or null for the kernel's choice
 * @param mark what the kernel's routing rules and firewall know its packets by (SO_MARK), 32
 *     unsigned bits, or 0 for none
 */
public record BridgeLine(HostPort address, String name, String bind, int mark) {

  public BridgeLine {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(name, "name");
  }

  /** A way whose packets are not marked. */
  public BridgeLine(HostPort address, String name, String bind) {
    this(address, name, bind, 0);
  }

  /** Whether {@code bind} is an address; false if it is an interface or there is none. */
  public boolean bindsToAddress() {
    return bind != null && HostSyntax.isAddress(bind);
  }

  /** Whether {@code bind} is a network interface; false if it is an address or there is none. */
  public boolean bindsToInterface() {
    return bind != null && !HostSyntax.isAddress(bind);
  }
}
