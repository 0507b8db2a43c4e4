package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.link.LinkProperties;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is compared with a tunnel is the line that it could be at best. */
class ConditionsTest {

  private static Conditions conditions(String... lines) {
    List<LinkProperties> parsed = Stream.of(lines).map(LinkProperties::parse).toList();
    return new Conditions(parsed, "cubic");
  }

  @Test
  void theProductLosesWhatAllLinesLoseAndIsOtherwiseTheFastestOfThem() {
    assertEquals(
        LinkProperties.parse("loss=0.1% delay=10ms rate=20mbit"),
        conditions(
                "loss=10% delay=30ms rate=50mbit",
                "loss=10% burst=8 delay=10ms rate=20mbit", "loss=10% delay=80ms")
            .product());
    LinkProperties uneven = conditions("loss=33.3333333%", "loss=0.0000007%", "loss=17%").product();
    assertEquals(uneven, LinkProperties.parse(uneven.toString()));
  }

  @Test
  void aLineThatSharesLossesAddsNoneToTheProduct() {
    assertEquals(
        LinkProperties.parse("loss=1%"), conditions("loss=10%", "loss=10%", "with=2").product());
  }

  @Test
  void onlyALineWithLossesOfItsOwnHasAnyToShare() {
    for (String line : List.of("with=2", "with=3", "with=1")) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> conditions(line, "with=1"));
      assertTrue(e.getMessage().contains("losses of its own"), e.getMessage());
    }
  }
}
