package dev.mptunnel.access;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The addresses of this host, and the networks that it is in. Whoever shares a network with it,
 * with a public address too, may trust its neighbours: to strangers that is as much inside as
 * {@link InnerNetworks} are.
 */
public final class HostNetworks {

  /** Of a host that is nowhere. */
  public static final HostNetworks NONE = new HostNetworks(List.of());

  /** Where nothing could be found out: any address may be one of its own. */
  public static final HostNetworks UNKNOWN = new HostNetworks(null, List.of());

  /**
   * An address of the host's.
   *
   * @param bits how many of its bits all addresses of its network share
   */
  public record Link(InetAddress address, int bits) {}

  private final Set<InetAddress> own;
  private final List<Network> networks;

  private HostNetworks(Set<InetAddress> own, List<Network> networks) {
    this.own = own;
    this.networks = networks;
  }

  /**
   * A host with these. A network of all addresses is none, and one of the host alone is its
   * address; the loopback is among the inner networks, and no address of the host's beside that.
   */
  public HostNetworks(Collection<Link> links) {
    this(new HashSet<>(), new ArrayList<>());
    for (Link link : links) {
      if (link.address.isLoopbackAddress()) {
        continue;
      }
      own.add(link.address);
      if (link.bits > 0 && link.bits < link.address.getAddress().length * Byte.SIZE) {
        networks.add(Network.around(link.address, link.bits));
      }
    }
  }

  /** Whether an address is the host's, or of a network that it is in. */
  boolean contain(InetAddress address) {
    return isOwn(address) || networks.stream().anyMatch(each -> each.contains(address));
  }

  /** Whether a network that contains the address means it, so that it is no accident. */
  boolean isMeant(InetAddress address, Network by) {
    return (by.isOneAddress() || !isOwn(address))
        && networks.stream().allMatch(each -> !each.contains(address) || each.contains(by));
  }

  private boolean isOwn(InetAddress address) {
    return own == null || own.contains(address);
  }
}
