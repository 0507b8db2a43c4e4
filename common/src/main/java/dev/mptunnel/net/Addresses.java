package dev.mptunnel.net;

import dev.mptunnel.config.HostPort;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** From addresses as they are configured to addresses as sockets know them. */
public final class Addresses {

  private Addresses() {}

  /** Any address of this host, IPv4 or IPv6, and any port. */
  public static InetSocketAddress any() {
    return new InetSocketAddress(InetAddress.ofLiteral(hasIpv6() ? "::" : "0.0.0.0"), 0);
  }

  /**
   * A Linux that was booted with ipv6.disable=1 lacks the first of these files, and refuses such
   * sockets; where it is only switched off, some engines make sockets of IPv4.
   */
  private static boolean hasIpv6() {
    if (!Files.isDirectory(Path.of("/proc/net"))) {
      return true;
    }
    try {
      return Files.exists(Path.of("/proc/net/if_inet6"))
          && !Files.readString(Path.of("/proc/sys/net/ipv6/conf/all/disable_ipv6")).startsWith("1");
    } catch (IOException e) {
      return true;
    }
  }

  /** Any address of this host of the same family, and any port. */
  public static InetSocketAddress anyLike(InetAddress address) {
    String any = address instanceof Inet4Address ? "0.0.0.0" : "::";
    return new InetSocketAddress(InetAddress.ofLiteral(any), 0);
  }

  /** An address of this host that was written as one, and any port. */
  public static InetSocketAddress literal(String address) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), 0);
  }

  /**
   * Where to listen.
   *
   * @throws IOException when it is a name that does not resolve
   */
  public static InetSocketAddress local(HostPort listen) throws IOException {
    if (listen.isAny()) {
      return new InetSocketAddress(any().getAddress(), listen.port());
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(listen.host()), listen.port());
    } catch (UnknownHostException e) {
      throw new IOException(
          "listen = " + listen + ": " + listen.host() + " does not resolve; give an address", e);
    }
  }

  /** Whether both are IPv4 or both IPv6. */
  public static boolean sameFamily(InetAddress a, InetAddress b) {
    return a instanceof Inet4Address == b instanceof Inet4Address;
  }

  /**
   * An address for people: {@code 1.2.3.4:2000} or {@code [::1]:2000}, without a look-up, and
   * {@code *:2000} for all addresses of both families.
   */
  public static String text(InetSocketAddress address) {
    if (address == null) {
      return "?";
    }
    if (address.getAddress() instanceof Inet6Address any && any.isAnyLocalAddress()) {
      return HostPort.ANY + ":" + address.getPort();
    }
    String host = text(address.getAddress());
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /** An address for people, an IPv6 one with its zeros left out, as RFC 5952 has it. */
  public static String text(InetAddress address) {
    String host = address.getHostAddress();
    if (address instanceof Inet4Address) {
      return host;
    }
    return host.replaceFirst("%0$", "").replaceFirst("(^|:)0(:0)+(:|$)", "::");
  }

  /** Several addresses for people, with commas between. */
  public static String texts(List<InetSocketAddress> addresses) {
    return addresses.stream().map(Addresses::text).collect(Collectors.joining(", "));
  }
}
