package dev.mptunnel.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationTest {

  @ParameterizedTest
  @CsvSource({
    "example.org, example.org:443",
    "EXAMPLE.Org., example.org:443",
    "_ldap.x-y.z1, _ldap.x-y.z1:443",
    "localhost, localhost:443",
    "1e100.net, 1e100.net:443",
    "192.0.2.1, 192.0.2.1:443",
    "0.0.0.0, 0.0.0.0:443",
    "::1, [0:0:0:0:0:0:0:1]:443",
    "2001:DB8::7, [2001:db8:0:0:0:0:0:7]:443",
    "64:ff9b::7f00:1, [64:ff9b:0:0:0:0:7f00:1]:443"
  })
  void eachIsWrittenInOneWay(String host, String written) {
    Destination destination = Destination.of(host, 443);
    assertEquals(written, destination.toString());
    assertEquals(destination, Destination.parse(written));
    assertTrue(Destination.isWritten(written));
    assertFalse(TargetName.isName(written));
  }

  /** What inet_aton, or a browser, takes for 127.0.0.1 or for something else inside. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "0x",
        "2130706433",
        "127.1",
        "127.0.1",
        "127.0.0.1.",
        "127.0.0.01",
        "256.1.1.1",
        "1.2.3.4.5",
        "example.0x7f",
        "example.7",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "0:0:0:0:0:ffff:7f00:1",
        "::127.0.0.1",
        "fe80::1%eth0",
        "[::1]",
        ":::1",
        "1:2",
        "",
        ".",
        "a..b",
        "-a.b",
        "a-.b",
        "a b",
        "a/b",
        "a@b",
        "bücher.example",
        "a\u0000.b",
        "*.example.org"
      })
  void whatSomeResolverMightTakeForAnAddressIsNoHost(String host) {
    assertNull(Destination.of(host, 80));
    assertNull(Destination.parse(host + ":80"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a:0",
        "a:65536",
        "a:99999",
        "a:080",
        "a:",
        "a",
        ":1",
        "A:1",
        "a.:1",
        "::1:1",
        "[::1]:1",
        "[a]:1",
        "[192.0.2.1]:1",
        "[0:0:0:0:0:0:0:1:1",
        "192.0.2.1:-1",
        "a:1:1"
      })
  void whatIsNotWrittenSoIsNotRead(String text) {
    assertNull(Destination.parse(text));
  }

  @Test
  void portsAreInRange() {
    assertNull(Destination.of("a", 0));
    assertNull(Destination.of("a", 65_536));
    assertNull(Destination.of("a", -1));
    assertEquals(65_535, Destination.parse("a:65535").port());
    assertThrows(IllegalArgumentException.class, () -> new Destination("A", 1));
  }

  @Test
  void lengthsAreBounded() {
    String longest = ("a".repeat(63) + ".").repeat(3) + "a".repeat(61);
    assertEquals(253, longest.length());
    assertEquals(Destination.MAX_BYTES, Destination.of(longest, 65_535).toString().length());
    assertEquals(longest, Destination.of(longest + ".", 1).host());
    assertNull(Destination.of(longest + "a", 1));
    assertNull(Destination.of("a".repeat(64), 1));
  }

  @Test
  void anAddressNeedsNoResolving() {
    assertEquals(InetAddress.ofLiteral("192.0.2.1"), Destination.of("192.0.2.1", 1).address());
    assertEquals(InetAddress.ofLiteral("::1"), Destination.of("::1", 1).address());
    assertNull(Destination.of("localhost", 1).address());
  }
}
