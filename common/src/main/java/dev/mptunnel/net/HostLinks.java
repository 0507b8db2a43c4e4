package dev.mptunnel.net;

import dev.mptunnel.access.HostNetworks;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Where this host is, asked of the kernel from time to time. Used on one thread. */
public final class HostLinks {

  private static final long GOOD_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Supplier<HostNetworks> source;
  private HostNetworks known;
  private long readNanos;

  /**
   * @param source where from
   */
  public HostLinks(Supplier<HostNetworks> source) {
    this.source = source;
  }

  /** What is known, of a few seconds ago at most. */
  public HostNetworks now(long now) {
    if (known == null || now - readNanos >= GOOD_NANOS) {
      known = source.get();
      readNanos = now;
    }
    return known;
  }

  /** As the kernel has it. Takes about a millisecond. */
  public static HostNetworks read() {
    List<HostNetworks.Link> links = new ArrayList<>();
    try {
      for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
        for (InterfaceAddress address : each.getInterfaceAddresses()) {
          links.add(new HostNetworks.Link(address.getAddress(), address.getNetworkPrefixLength()));
        }
      }
    } catch (SocketException e) {
      return HostNetworks.UNKNOWN;
    }
    return new HostNetworks(links);
  }
}
