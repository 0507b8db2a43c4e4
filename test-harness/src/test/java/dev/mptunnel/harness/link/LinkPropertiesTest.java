package dev.mptunnel.harness.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinkPropertiesTest {

  @Test
  void aLineIsReadWithItsUnits() {
    LinkProperties link =
        LinkProperties.parse(
            "loss=20% burst=8 delay=30ms jitter=500us unordered reorder=1% reorder-by=1s dup=0.5%"
                + " corrupt=0.001 rate=50mbit queue=64kB down=10s+2s");

    assertEquals(
        new LinkProperties(
            0.2,
            8,
            30_000_000,
            500_000,
            true,
            0.01,
            1_000_000_000,
            0.005,
            0.001,
            50_000_000,
            64_000 * 8 * 20,
            10_000_000_000L,
            2_000_000_000L),
        link);
  }

  @ParameterizedTest
  @CsvSource({
    "perfect",
    "loss=20% burst=8 delay=30ms jitter=0.5ms unordered",
    "rate=9600bit queue=2s"
  })
  void whatItPrintsCanBeReadAgain(String line) {
    LinkProperties link = LinkProperties.parse(line);
    assertEquals(link, LinkProperties.parse(link.toString()));
  }

  @ParameterizedTest
  @CsvSource({
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
    "loss=90% burst=2, cannot lose that much",
  })
  void aWrongWordIsNamedWithWhatWasExpected(String line, String expected) {
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> LinkProperties.parse(line));
    assertTrue(error.getMessage().contains(expected), error.getMessage());
  }
}
