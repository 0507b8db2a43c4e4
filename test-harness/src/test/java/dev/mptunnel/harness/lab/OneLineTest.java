package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.link.LinkProperties;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the VPN has to itself is made of the first line, or of the words that differ from it. */
class OneLineTest {

  private static final Conditions LINES =
      conditions("loss=10% burst=4 delay=30ms rate=50mbit queue=50ms", "loss=20% delay=10ms");

  private static Conditions conditions(String... lines) {
    return new Conditions(Stream.of(lines).map(LinkProperties::parse).toList(), "cubic");
  }

  private static LinkProperties line(String words) {
    return LinkProperties.parse(words);
  }

  @Test
  void withoutWordsTheFirstLineStaysAndLosesNothingWhereItIsTheReference() {
    OneLine one = OneLine.of(LINES);
    assertEquals(Optional.empty(), one.direct());
    assertEquals(LINES.product(), one.product());
    assertEquals(line("delay=30ms rate=50mbit queue=50ms"), one.lossless());
  }

  @Test
  void theReferenceLosesNothingInAnyWay() {
    String keeps = "delay=30ms jitter=2ms rate=5mbit mtu=1400";
    for (String loses : List.of("burst=40ms loss=5%", "with=2", "corrupt=1%", "down=5s+1s")) {
      Conditions lines = conditions(keeps + " " + loses, "loss=1%");
      assertEquals(line(keeps), OneLine.of(lines).lossless(), loses);
    }
  }

  @Test
  void wordsChangeTheFirstLineForAllThree() {
    OneLine one = OneLine.of(LINES, "delay=20ms rate=20mbit");
    assertEquals(
        Optional.of(line("loss=10% burst=4 delay=20ms rate=20mbit queue=50ms")), one.direct());
    assertEquals(line("loss=2% delay=20ms rate=20mbit queue=50ms"), one.product());
    assertEquals(line("delay=20ms rate=20mbit queue=50ms"), one.lossless());
    assertEquals(Optional.of(line("delay=5ms")), OneLine.of(LINES, "perfect delay=5ms").direct());
  }

  @Test
  void itMustBeALineThatCouldStandAmongTheOthers() {
    for (String words : List.of("delay=fast", "loss=0% burst=0 with=3")) {
      assertThrows(IllegalArgumentException.class, () -> OneLine.of(LINES, words), words);
    }
  }

  @Test
  void theTunnelThatOnlyDuplicatesSaysSoToBothEnds() {
    Tunnel duplicate = Tunnel.duplicate();
    for (List<String> command : List.of(duplicate.client(), duplicate.server())) {
      String words = String.join(" ", command);
      assertTrue(words.contains("--secret-file {secret} --repair off --hold off "), words);
    }
    assertEquals(Tunnel.ours().clientPort(), duplicate.clientPort());
  }
}
