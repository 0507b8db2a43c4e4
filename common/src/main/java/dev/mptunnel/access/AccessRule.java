package dev.mptunnel.access;

import dev.mptunnel.wire.Destination;
import java.net.InetAddress;

/**
 * Which destinations are meant: a name, all names below one, or a network of addresses, and some
 * ports. A name is that which the client says; a network is of the address that is dialled,
 * whichever name led there.
 */
public final class AccessRule {

  /** What a rule may be, as it follows the word "expected". */
  public static final String EXPECTED =
      "HOST, *.DOMAIN, ADDRESS/BITS or *, and perhaps :PORT[-PORT]";

  private static final String BELOW = "*.";
  private static final String ANY = "*";

  /** {@code *}, {@code *.domain} or a name; null where there is a network. */
  private final String name;

  private final Network network;
  private final PortRange ports;

  private AccessRule(String name, Network network, PortRange ports) {
    this.name = name;
    this.network = network;
    this.ports = ports;
  }

  /**
   * Reads {@code HOST|*.DOMAIN|CIDR|*} and, perhaps, {@code :PORT[-PORT]}. An IPv6 address stands
   * in brackets, and the bits of its network behind them.
   */
  public static AccessRule parse(String text) throws AccessException {
    int end = text.startsWith("[") ? text.indexOf(']') + 1 : text.indexOf(':');
    if (text.startsWith("[") && end == 0) {
      throw new AccessException("its bracket is not closed; expected " + EXPECTED);
    }
    if (end > 0 && text.startsWith("/", end)) {
      end = text.indexOf(':', end);
    }
    String host = end < 0 ? text : text.substring(0, end);
    String behind = end < 0 ? "" : text.substring(end);
    if (!behind.isEmpty() && !behind.startsWith(":")) {
      throw new AccessException("what stands behind ']' is refused; expected " + EXPECTED);
    }
    if (behind.indexOf(':', 1) >= 0) {
      throw new AccessException(
          "it has too many colons; expected IPv6 addresses in brackets: [fd00::]/8:443");
    }
    PortRange ports = behind.isEmpty() ? PortRange.ALL : PortRange.parse(behind.substring(1));
    if (host.equals(ANY)) {
      return new AccessRule(ANY, null, ports);
    }
    if (host.startsWith(BELOW)) {
      return new AccessRule(BELOW + name(host.substring(BELOW.length())), null, ports);
    }
    if (host.startsWith("[") || host.indexOf('/') >= 0) {
      return new AccessRule(null, network(host), ports);
    }
    String canonical = Destination.canonical(host);
    InetAddress address = canonical == null ? null : new Destination(canonical, 1).address();
    return address == null
        ? new AccessRule(name(host), null, ports)
        : new AccessRule(null, Network.of(address), ports);
  }

  private static String name(String text) throws AccessException {
    String name = text.indexOf('/') >= 0 ? null : Destination.canonical(text);
    if (name == null || new Destination(name, 1).isAddress()) {
      throw new AccessException(
          "it is neither a host nor a network; expected "
              + EXPECTED
              + ", an address as four decimal numbers or as IPv6 in brackets");
    }
    return name;
  }

  private static Network network(String text) throws AccessException {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    boolean inBrackets = host.startsWith("[") && host.endsWith("]");
    String canonical =
        Destination.canonical(inBrackets ? host.substring(1, host.length() - 1) : host);
    InetAddress address = canonical == null ? null : new Destination(canonical, 1).address();
    if (address == null || inBrackets != canonical.indexOf(':') >= 0) {
      throw new AccessException(
          "its address is refused; expected four decimal numbers, or IPv6 in brackets");
    }
    if (slash < 0) {
      return Network.of(address);
    }
    String written = text.substring(slash + 1);
    boolean isNumber = written.matches("0|[1-9][0-9]{0,2}");
    Network network = isNumber ? Network.of(address, Integer.parseInt(written)) : null;
    if (network == null) {
      throw new AccessException(
          "its bits are refused; expected the first address of a network and how many bits its"
              + " addresses share, such as 10.0.0.0/8");
    }
    return network;
  }

  /** Whether it is of names; if not, it is of addresses. */
  boolean isOfNames() {
    return network == null;
  }

  /** Whether it means what a client names, before it is known where that is. */
  boolean matchesName(Destination to) {
    if (!isOfNames() || !ports.contains(to.port())) {
      return false;
    }
    if (name.equals(ANY)) {
      return true;
    }
    if (to.isAddress()) {
      return false;
    }
    return name.startsWith(BELOW)
        ? to.host().endsWith(name.substring(1)) && to.host().length() >= name.length()
        : to.host().equals(name);
  }

  /** Whether it means an address by its network. */
  boolean matchesAddress(InetAddress address, int port) {
    return !isOfNames() && ports.contains(port) && network.contains(address);
  }

  /**
   * Whether it allows to dial an address.
   *
   * @param here where this host is: what is there, only a rule means that lies in there whole
   */
  boolean allows(Destination to, InetAddress address, HostNetworks here) {
    if (isOfNames()) {
      return matchesName(to) && !InnerNetworks.contain(address) && !here.contain(address);
    }
    return matchesAddress(address, to.port())
        && InnerNetworks.isMeant(address, network)
        && here.isMeant(address, network);
  }

  boolean hasPort(int port) {
    return ports.contains(port);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AccessRule rule && toString().equals(rule.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /** As it can be written again. */
  @Override
  public String toString() {
    return (isOfNames() ? name : network.toString()) + ports;
  }
}
