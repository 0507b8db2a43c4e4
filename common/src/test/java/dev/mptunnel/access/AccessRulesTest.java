package dev.mptunnel.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.wire.Destination;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessRulesTest {

  private static final String PUBLIC = "93.184.216.34";

  private static AccessRules allowing(String... rules) {
    return new AccessRules(parsed(rules), List.of());
  }

  private static List<AccessRule> parsed(String... rules) {
    List<AccessRule> parsed = new ArrayList<>();
    for (String rule : rules) {
      try {
        parsed.add(AccessRule.parse(rule));
      } catch (AccessException e) {
        throw new IllegalArgumentException(rule, e);
      }
    }
    return parsed;
  }

  /** Whether a name, or an address itself, may be dialled that leads to an address. */
  private static boolean permits(AccessRules rules, String host, int port, String address) {
    Destination to = Destination.of(host, port);
    return rules.mayBe(to) && rules.permit(to, InetAddress.ofLiteral(address), false);
  }

  private static boolean permits(AccessRules rules, String address, int port) {
    return permits(rules, address, port, address);
  }

  @Test
  void nothingIsAllowedUnlessItIsSaid() {
    assertFalse(permits(AccessRules.NONE, "example.org", 443, PUBLIC));
    assertFalse(permits(AccessRules.NONE, PUBLIC, 443));
    assertTrue(AccessRules.NONE.isEmpty());
  }

  @Test
  void aNameIsThatNameAloneAndPortsAreTheirs() {
    AccessRules rules = allowing("example.org:80-443");
    assertTrue(permits(rules, "example.org", 80, PUBLIC));
    assertTrue(permits(rules, "EXAMPLE.org.", 443, PUBLIC));
    assertFalse(permits(rules, "example.org", 79, PUBLIC));
    assertFalse(permits(rules, "example.org", 444, PUBLIC));
    assertFalse(permits(rules, "www.example.org", 80, PUBLIC));
    assertFalse(permits(rules, "example.org.evil.test", 80, PUBLIC));
    assertFalse(permits(rules, PUBLIC, 80), "the address that the name has");
  }

  @Test
  void aDomainIsAllNamesBelowIt() {
    AccessRules rules = allowing("*.example.org");
    assertTrue(permits(rules, "www.example.org", 1, PUBLIC));
    assertTrue(permits(rules, "a.b.example.org", 65_535, PUBLIC));
    assertFalse(permits(rules, "example.org", 80, PUBLIC));
    assertFalse(permits(rules, "badexample.org", 80, PUBLIC));
    assertFalse(permits(rules, "www.example.org.test", 80, PUBLIC));
  }

  @Test
  void aNetworkIsOfTheAddressThatIsDialledWhateverNameLedThere() {
    AccessRules rules = allowing("93.184.0.0/16:443", "[2606:2800::]/32");
    assertTrue(permits(rules, PUBLIC, 443));
    assertTrue(permits(rules, "example.org", 443, PUBLIC));
    assertFalse(permits(rules, "example.org", 443, "93.185.0.1"));
    assertFalse(permits(rules, PUBLIC, 80));
    assertTrue(permits(rules, "2606:2800::1", 80));
    assertFalse(permits(rules, "2606:2801::1", 80));
  }

  @Test
  void aStarIsThePublicInternet() {
    AccessRules rules = allowing("*:443");
    assertTrue(permits(rules, "example.org", 443, PUBLIC));
    assertTrue(permits(rules, PUBLIC, 443));
    assertTrue(permits(rules, "2606:4700::1111", 443));
    assertFalse(permits(rules, PUBLIC, 80));
    assertFalse(permits(rules, "example.org", 443, "127.0.0.1"));
  }

  @Test
  void denyWinsByNameAndByAddress() {
    AccessRules rules =
        new AccessRules(parsed("*"), parsed("*.evil.test", "93.184.216.0/24:25", "smtp.test:25"));
    assertTrue(permits(rules, "evil.test", 80, PUBLIC));
    assertFalse(rules.mayBe(Destination.of("www.evil.test", 80)), "need not be resolved");
    assertFalse(permits(rules, "other.test", 25, PUBLIC));
    assertTrue(permits(rules, "other.test", 26, PUBLIC));
    assertFalse(permits(rules, "smtp.test", 25, "1.1.1.1"));
    assertFalse(permits(new AccessRules(parsed("*"), parsed("*")), "a.test", 1, PUBLIC));
  }

  /** DNS rebinding, and the addresses themselves. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "168.63.129.16",
        "169.254.169.254",
        "169.254.1.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "3fff::1",
        "4000::1",
        "fc00::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::1",
        "fec0::1",
        "ff02::1"
      })
  void whatIsInsideNoNameAndNoWideNetworkMeans(String address) throws AccessException {
    AccessRules wide = allowing("*", "rebound.test", "*.test", "0.0.0.0/0", "[::]/0", "[2000::]/3");
    assertFalse(permits(wide, "rebound.test", 80, address));
    assertFalse(permits(wide, address, 80));
    // Named, it is allowed, by whatever name it is reached.
    String rule = address.indexOf(':') < 0 ? address : "[" + address + "]";
    assertTrue(permits(allowing(rule + ":80"), address, 80));
    assertTrue(permits(allowing(rule), "rebound.test", 80, address));
    assertFalse(permits(allowing(rule + ":81"), address, 80));
    assertEquals(AccessRule.parse(rule), AccessRule.parse(AccessRule.parse(rule).toString()));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.1.2.3, true",
    "10.1.2.0/24, 10.1.2.3, true",
    "8.0.0.0/6, 10.1.2.3, false",
    "169.254.0.0/16, 169.254.1.1, true",
    "169.254.0.0/16, 169.254.169.254, false",
    "169.254.169.254, 169.254.169.254, true",
    "100.64.0.0/10, 100.64.1.1, true",
    "100.64.0.0/10, 100.100.100.200, false",
    "[fc00::]/7, fd12::1, true",
    "[fc00::]/7, fd00:ec2::254, false",
    "[fd00:ec2::]/32, fd00:ec2::254, false",
    "[8000::]/1, fd12::1, false",
    "[::]/96, ::7f00:1, true",
    "[::]/96, ::1, false",
    "240.0.0.0/4, 255.255.255.255, false"
  })
  void aNetworkMeansWhatItLiesWithin(String rule, String address, boolean means) {
    assertEquals(means, permits(allowing(rule), address, 80));
  }

  /** Java makes IPv4 of such addresses wherever it can; where it does not, they are inside. */
  @Test
  void aMappedAddressIsInside() throws UnknownHostException {
    byte[] bytes = InetAddress.ofLiteral("2606::").getAddress();
    java.util.Arrays.fill(bytes, (byte) 0);
    bytes[10] = (byte) 0xff;
    bytes[11] = (byte) 0xff;
    bytes[12] = 8;
    InetAddress mapped = Inet6Address.getByAddress(null, bytes, -1);
    AccessRules rules = allowing("*", "[::]/0", "0.0.0.0/0", "8.0.0.0");
    assertFalse(rules.permit(Destination.of("a.test", 80), mapped, false));
  }

  @Test
  void anAddressOfThisHostMustBeNamedAlone() {
    Destination to = Destination.of(PUBLIC, 80);
    InetAddress address = to.address();
    assertFalse(allowing("*", "93.184.216.0/24").permit(to, address, true));
    assertTrue(allowing(PUBLIC).permit(to, address, true));
  }

  @Test
  void rulesOfAllAndOfOneAddUp() {
    AccessRules both =
        allowing("a.test").and(new AccessRules(parsed("b.test"), parsed("a.test:1")));
    assertTrue(permits(both, "a.test", 2, PUBLIC));
    assertFalse(permits(both, "a.test", 1, PUBLIC));
    assertTrue(permits(both, "b.test", 1, PUBLIC));
    assertFalse(permits(both.denials(), "b.test", 1, PUBLIC));
  }

  @ParameterizedTest
  @CsvSource({
    "Example.ORG., example.org",
    "*.Example.org:443, *.example.org:443",
    "*, *",
    "*:80-90, *:80-90",
    "1.2.3.4, 1.2.3.4",
    "1.2.3.4/32:80, 1.2.3.4:80",
    "10.0.0.0/8:1-65535, 10.0.0.0/8",
    "[fd00::]/8:22, [fd00:0:0:0:0:0:0:0]/8:22",
    "[::1], [0:0:0:0:0:0:0:1]",
    "[::1]:80, [0:0:0:0:0:0:0:1]:80",
    "0.0.0.0/0, 0.0.0.0/0"
  })
  void rulesAreWrittenAndReadAgain(String text, String canonical) throws AccessException {
    AccessRule rule = AccessRule.parse(text);
    assertEquals(canonical, rule.toString());
    assertEquals(rule, AccessRule.parse(canonical));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":80",
        "a b",
        "*a.test",
        "a.*.test",
        "**",
        "*.",
        "*.1.2.3.4",
        "010.0.0.1",
        "0x7f.1",
        "127.1",
        "2130706433",
        "10.0.0.1/8",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/08",
        "10.0.0.0/-1",
        "a.test/8",
        "::1",
        "fd00::/8",
        "[::1",
        "[::1]80",
        "[fd00::/8]",
        "[fd00::1]/8",
        "[1.2.3.4]",
        "[::ffff:1.2.3.4]",
        "[::ffff:0:0]/96",
        "a.test:0",
        "a.test:65536",
        "a.test:",
        "a.test:80-",
        "a.test:-80",
        "a.test:90-80",
        "a.test:80:90",
        "a.test:80-90-100",
        "a.test:http",
        "http://a.test/"
      })
  void whatIsNoRuleIsRefusedWithARemedy(String text) {
    AccessException refused =
        assertThrows(AccessException.class, () -> AccessRule.parse(text), text);
    assertTrue(refused.getMessage().contains("expected"), refused.getMessage());
    assertEquals(1, refused.getMessage().lines().count());
  }
}
