package dev.mptunnel.harness.fuzz;

import dev.mptunnel.access.AccessException;
import dev.mptunnel.access.AccessRule;
import dev.mptunnel.access.AccessRules;
import dev.mptunnel.access.HostNetworks;
import dev.mptunnel.wire.Destination;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Destinations and the rules for them: what is read is written alike, and whatever a rule of names
 * says, no address inside is permitted.
 */
final class DestinationTarget implements FuzzTarget {

  private static final List<InetAddress> INSIDE =
      List.of(
          InetAddress.ofLiteral("127.0.0.1"),
          InetAddress.ofLiteral("10.1.2.3"),
          InetAddress.ofLiteral("169.254.169.254"),
          InetAddress.ofLiteral("::1"),
          InetAddress.ofLiteral("fd00:ec2::254"));

  @Override
  public void accept(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    Destination destination = Destination.parse(text);
    if (destination != null) {
      Must.equal(text, destination.toString(), "written again");
      Must.hold(text.length() <= Destination.MAX_BYTES, "too long");
    }
    Destination host = Destination.of(text, 80);
    if (host != null) {
      Must.equal(host, Destination.parse(host.toString()), "read again");
      Must.equal(host.isAddress(), host.address() != null, "an address");
    }
    rule(text);
  }

  private static void rule(String text) {
    AccessRule rule;
    try {
      rule = AccessRule.parse(text);
    } catch (AccessException e) {
      Must.hold(e.getMessage().contains("expected"), e.getMessage());
      Must.hold(e.getMessage().lines().count() == 1, e.getMessage());
      return;
    }
    try {
      Must.equal(rule, AccessRule.parse(rule.toString()), "read again");
    } catch (AccessException e) {
      throw new AssertionError(rule + " is not read again", e);
    }
    boolean isOfAddresses = text.startsWith("[") || text.matches("[0-9.]+(/.*|:.*)?");
    AccessRules rules = new AccessRules(List.of(rule), List.of());
    for (InetAddress inside : INSIDE) {
      boolean isPermitted = rules.permit(Destination.of("a.test", 80), inside, HostNetworks.NONE);
      Must.hold(!isPermitted || isOfAddresses, text + " permits " + inside);
    }
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        "example.org:443".getBytes(StandardCharsets.UTF_8),
        "[2001:db8:0:0:0:0:0:1]:80".getBytes(StandardCharsets.UTF_8),
        "*.example.org:80-443".getBytes(StandardCharsets.UTF_8),
        "10.0.0.0/8:22".getBytes(StandardCharsets.UTF_8),
        "[fd00::]/8:22".getBytes(StandardCharsets.UTF_8),
        "0177.0.0.1".getBytes(StandardCharsets.UTF_8));
  }
}
