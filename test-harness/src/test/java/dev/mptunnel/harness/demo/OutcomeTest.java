package dev.mptunnel.harness.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkCounters;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.load.Reception;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The demo says what was lost at first and in the end, and finds whatever is not exact. */
class OutcomeTest {

  private static final int SENT = 200;
  private static final List<LinkProperties> LINES =
      List.of(
          LinkProperties.parse("loss=20%"),
          LinkProperties.parse("loss=20%"),
          LinkProperties.parse("loss=30%"));

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  /** Numbers of the datagrams but these. */
  private static BitSet but(Integer... missing) {
    return IntStream.range(0, SENT)
        .filter(number -> !Set.of(missing).contains(number))
        .collect(BitSet::new, BitSet::set, BitSet::or);
  }

  private static Way way(BitSet offered, BitSet passedAtFirst, BitSet passed, BitSet arrived) {
    return way(offered, passedAtFirst, passed, arrived, 0, 0);
  }

  private static Way way(
      BitSet offered,
      BitSet passedAtFirst,
      BitSet passed,
      BitSet arrived,
      long duplicates,
      long damaged) {
    Reception.Counts counts =
        new Reception.Counts(arrived.cardinality(), duplicates, damaged, 0, 0);
    return new Way(SENT, offered, passedAtFirst, passed, arrived, counts);
  }

  private boolean print(Way up, Way down) {
    LinkCounters line = new LinkCounters(400, 300, 0, 100, 0, 0, 0, 0, 0);
    List<LinkCounters> lines = Collections.nCopies(3, line);
    Outcome outcome = new Outcome(up, down, lines, lines, 17);
    return outcome.print(
        new PrintStream(printed, true, StandardCharsets.UTF_8), LINES, new Seed(5));
  }

  private List<String> lines() {
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void whatWasRepairedIsToldFromWhatWasLost() {
    Way up = way(but(), but(3, 5, 8), but(8), but(8));
    Way down = way(but(), but(1), but(), but());
    assertTrue(print(up, down));
    assertEquals(
        List.of(
            "",
            "line 1 alone lost       25.00% up,  25.00% down",
            "line 2 alone lost       25.00% up,  25.00% down",
            "line 3 alone lost       25.00% up,  25.00% down",
            "all three lost the first copies of 4 of 400 datagrams: 1.00%; the product of their"
                + " losses is 1.20%",
            "3 of these came after being asked for; the tunnel lost 1: 0.25%",
            "exactly the 399 datagrams of which a copy got through, first or sent again, arrived,"
                + " each once and undamaged"),
        lines());
  }

  @Test
  void whatAllLinesLostIsLostWhereNothingIsRepaired() {
    Way way = way(but(), but(3, 5), but(3, 5), but(3, 5));
    assertTrue(print(way, way));
    assertTrue(lines().contains("0 of these came after being asked for; the tunnel lost 4: 1.00%"));
  }

  @Test
  void anythingElseIsAFault() {
    Way exact = way(but(), but(3), but(), but());
    List<Way> faults =
        List.of(
            way(but(), but(3), but(), but(3)), // a packet sent again got through in vain
            way(but(), but(3), but(), but(7)), // a first copy did
            way(but(), but(3), but(3), but()), // it arrived over no line
            way(but(9), but(9), but(9), but(9)), // it never came to a line
            way(but(), but(3), but(), but(), 1, 0),
            way(but(), but(3), but(), but(), 0, 1));
    for (Way fault : faults) {
      assertFalse(print(fault, exact), () -> "up: " + fault);
      assertFalse(print(exact, fault), () -> "down: " + fault);
      assertTrue(
          lines().getLast().startsWith("the kernel dropped 17 datagrams"), lines()::toString);
      assertTrue(lines().stream().noneMatch(line -> line.startsWith("exactly")), lines()::toString);
    }
  }
}
