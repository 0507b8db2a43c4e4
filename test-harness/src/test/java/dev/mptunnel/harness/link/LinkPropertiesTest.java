package dev.mptunnel.harness.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinkPropertiesTest {

  @Test
  void aLineIsReadWithItsUnits() {
    LinkProperties link =
        LinkProperties.parse(
            "loss=20% burst=8 delay=30ms jitter=500us unordered reorder=1% reorder-by=1s dup=0.5%"
                + " corrupt=0.001 rate=50mbit queue=64kB mtu=1400 icmp down=10s+2s");

    assertEquals(
        new LinkProperties(
            0.2,
            8,
            0,
            0,
            30_000_000,
            500_000,
            true,
            0.01,
            1_000_000_000,
            0.005,
            0.001,
            50_000_000,
            64_000 * 8 * 20,
            1_400,
            true,
            10_000_000_000L,
            2_000_000_000L),
        link);
  }

  @ParameterizedTest
  @CsvSource({
    "perfect",
    "with=2 delay=1ms mtu=1280",
    "mtu=68 icmp",
    "loss=5% burst=40ms",
    "loss=20% burst=8 delay=30ms jitter=0.5ms unordered",
    "rate=9600bit queue=2s",
    "corrupt=0.901 dup=0.000000001 reorder=0.57%",
    "loss=1% burst=1000000.000001 delay=86400s jitter=0.000000001s",
    "rate=999.999999999gbit queue=0.001B down=0ms+1ns",
  })
  void whatItPrintsCanBeReadAgain(String line) {
    LinkProperties link = LinkProperties.parse(line);
    assertEquals(link, LinkProperties.parse(link.toString()));
  }

  @Test
  void ratesArePrintedAsAPersonWritesThem() {
    for (String rate : List.of("rate=50mbit", "rate=1500kbit", "rate=9600bit", "rate=1gbit")) {
      assertEquals(rate, LinkProperties.parse(rate).toString());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mtu=67, 68 to 65535 bytes",
    "mtu=65536, 68 to 65535 bytes",
    "icmp, needs an mtu",
    "with=one, the number of a line",
    "with=1 loss=2%, none of its own",
    "los=20%, no property of a link",
    "loss=120%, at most 100%",
    "loss=20, at most 100%",
    "loss=-1%, 20% or 0.2",
    "delay=30, a time such as",
    "delay=ms, a time such as",
    "rate=50mb, a rate such as",
    "down=10s, a time such as",
    "queue=64kB, together with a rate",
    "delay=1ms jitter=2ms, jitter is more",
    "delay=24h, a time such as",
    "delay=86401s, at most a day",
    "rate=1001gbit, at most 1000gbit",
    "rate=1bit queue=1MB, at most a day",
    "loss=0.0000000001, 20% or 0.2",
    "down=10s+0s, takes some time",
    "loss=90% burst=2, cannot lose that much",
  })
  void aWrongWordIsNamedWithWhatWasExpected(String line, String expected) {
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> LinkProperties.parse(line));
    assertTrue(error.getMessage().contains(expected), error.getMessage());
  }

  @Test
  void wordsChangeWhatTheySayAndPerfectForgetsTheRest() {
    LinkProperties link = LinkProperties.parse("loss=10% delay=30ms rate=50mbit");
    assertEquals(
        LinkProperties.parse("loss=10% delay=10ms rate=50mbit mtu=1280"),
        link.changed("delay=10ms mtu=1280"));
    assertEquals(LinkProperties.parse("mtu=1280"), link.changed("perfect mtu=1280"));
  }
}
