package dev.mptunnel.access;

import java.net.InetAddress;
import java.util.List;

/**
 * Addresses that lead to the server's own machine, into its network, to whoever runs it, or to
 * many: whatever is not the public Internet (RFC 6890 and IANA's registries of special-purpose
 * addresses). Whoever dials one in a stranger's name lends him its place there. So no rule means
 * one unless it lies in the same of these networks whole: {@code 10.1.0.0/16} means 10.1.2.3,
 * {@code 0.0.0.0/0} does not, and {@code 169.254.0.0/16} does not mean the address of the cloud's
 * metadata.
 */
final class InnerNetworks {

  private static final List<Network> ALL =
      List.of(
          Network.literal("0.0.0.0/8"), // this host: Linux takes 0.0.0.0 for it
          Network.literal("10.0.0.0/8"),
          Network.literal("100.64.0.0/10"), // carriers' NAT
          Network.literal("100.100.100.200/32"), // metadata, Alibaba
          Network.literal("127.0.0.0/8"),
          Network.literal("168.63.129.16/32"), // Azure's host, though the address is a public one
          Network.literal("169.254.0.0/16"),
          Network.literal("169.254.169.254/32"), // metadata of most clouds
          Network.literal("169.254.170.2/32"), // and of containers at Amazon
          Network.literal("172.16.0.0/12"),
          Network.literal("192.0.0.0/24"),
          Network.literal("192.0.0.192/32"), // metadata, Oracle
          Network.literal("192.0.2.0/24"),
          Network.literal("192.88.99.0/24"), // 6to4 relays
          Network.literal("192.168.0.0/16"),
          Network.literal("198.18.0.0/15"),
          Network.literal("198.51.100.0/24"),
          Network.literal("203.0.113.0/24"),
          Network.literal("224.0.0.0/4"), // multicast
          Network.literal("240.0.0.0/4"),
          Network.literal("255.255.255.255/32"),
          // Of IPv6, whatever is not 2000::/3: unspecified, loopback, IPv4-compatible, IPv4-mapped,
          // NAT64, discard; unique-local, link-local, site-local and multicast are among the last.
          Network.literal("::/3"),
          Network.literal("::/128"),
          Network.literal("::1/128"),
          Network.literal("::/96"),
          Network.ofGroups(96, 0, 0, 0, 0, 0, 0xffff, 0, 0),
          Network.ofGroups(96, 0, 0, 0, 0, 0xffff, 0, 0, 0),
          Network.literal("64:ff9b::/96"),
          Network.literal("64:ff9b:1::/48"),
          Network.literal("100::/64"),
          Network.literal("4000::/2"),
          Network.literal("8000::/1"),
          Network.literal("fc00::/7"),
          Network.literal("fd00:ec2::254/128"), // metadata, Amazon
          Network.literal("fd20:ce::254/128"), // metadata, Google
          Network.literal("fe80::/10"),
          Network.literal("fec0::/10"),
          Network.literal("ff00::/8"),
          Network.literal("2001::/23"), // Teredo and others
          Network.literal("2001:db8::/32"),
          Network.literal("2002::/16"), // 6to4, which holds an IPv4 address
          Network.literal("3fff::/20"));

  private InnerNetworks() {}

  /** Whether an address is of one of them. */
  static boolean contain(InetAddress address) {
    return ALL.stream().anyMatch(inner -> inner.contains(address));
  }

  /** Whether a network that contains the address means it, so that it is no accident. */
  static boolean isMeant(InetAddress address, Network by) {
    return ALL.stream().allMatch(inner -> !inner.contains(address) || inner.contains(by));
  }
}
