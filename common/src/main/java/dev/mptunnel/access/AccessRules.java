package dev.mptunnel.access;

import dev.mptunnel.wire.Destination;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * What may be dialled. Nothing is allowed that no rule of {@code allow} means, and nothing that one
 * of {@code deny} does. Addresses of {@link InnerNetworks}, of this host and of the networks that
 * it is in, a rule of names never allows, and a rule of addresses only where it means them alone.
 *
 * <p>To be asked twice: of a destination by {@link #mayBe} before its name is resolved, and of each
 * address that is to be dialled by {@link #permit}. What was asked for must be what is dialled.
 */
public record AccessRules(List<AccessRule> allow, List<AccessRule> deny) {

  /** Where nothing may be dialled. */
  public static final AccessRules NONE = new AccessRules(List.of(), List.of());

  public AccessRules {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
  }

  /** Whether nothing at all is allowed. */
  public boolean isEmpty() {
    return allow.isEmpty();
  }

  /** What either allows, and neither denies. */
  public AccessRules and(AccessRules more) {
    if (more.allow.isEmpty() && more.deny.isEmpty()) {
      return this;
    }
    if (allow.isEmpty() && deny.isEmpty()) {
      return more;
    }
    return new AccessRules(
        Stream.concat(allow.stream(), more.allow.stream()).toList(),
        Stream.concat(deny.stream(), more.deny.stream()).toList());
  }

  /** These without what they allow: what they deny, they go on denying. */
  public AccessRules denials() {
    return allow.isEmpty() ? this : new AccessRules(List.of(), deny);
  }

  /** Whether some address may be permitted that this leads to; if not, nothing need be resolved. */
  public boolean mayBe(Destination to) {
    return deny.stream().noneMatch(rule -> rule.matchesName(to))
        && allow.stream()
            .anyMatch(rule -> rule.isOfNames() ? rule.matchesName(to) : rule.hasPort(to.port()));
  }

  /**
   * Whether an address may be dialled.
   *
   * @param to what the client named
   * @param address what that is: the very one that is to be dialled
   * @param here where this host is
   */
  public boolean permit(Destination to, InetAddress address, HostNetworks here) {
    return deny.stream()
            .noneMatch(rule -> rule.matchesName(to) || rule.matchesAddress(address, to.port()))
        && allow.stream().anyMatch(rule -> rule.allows(to, address, here));
  }
}
