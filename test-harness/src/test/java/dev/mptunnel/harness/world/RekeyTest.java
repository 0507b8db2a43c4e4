package dev.mptunnel.harness.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.EndpointSettings.KeySettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Event.Opening;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkProperties;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** New keys, and new addresses, under load: neither costs a datagram. */
class RekeyTest {

  private static final int REKEYS = 100;
  private static final int LIMIT_MILLIS = 120_000;
  private static final KeySettings KEYS =
      new KeySettings(500 * SimPair.MILLI, 1L << 28, 5_000 * SimPair.MILLI);

  private final Seed seed = Seed.ofRun();

  private static List<LinkProperties> lines(String loss) {
    return Stream.of("delay=10ms jitter=3ms", "delay=35ms jitter=10ms", "delay=80ms jitter=20ms")
        .map(delay -> LinkProperties.parse(loss + delay))
        .toList();
  }

  private static SimPair open(Seed seed, String loss, SimPair.Tap tap) {
    SimPair pair = new SimPair(seed, KEYS, lines(loss), tap);
    pair.exchange(2_000); // so that both ends know all paths, and send at once
    pair.idle(400);
    return pair;
  }

  private static int renewals(SimPair pair) {
    List<Event.SessionOpened> opened = pair.client().events(Event.SessionOpened.class);
    return (int) opened.stream().filter(event -> event.opening() == Opening.RENEWED).count();
  }

  @Test
  void aHundredNewKeysCostNoDatagram() {
    LetThrough letThrough = new LetThrough();
    SimPair pair = open(seed, "loss=30% ", letThrough);
    letThrough.start(pair);
    assertTrue(
        pair.exchangeUntil(LIMIT_MILLIS, () -> renewals(pair) >= REKEYS),
        () -> renewals(pair) + " new keys, " + seed);
    pair.idle(1_000); // so that all arrive that are under way
    System.out.printf(
        "%d new keys at 30 %% loss a line: up %s, down %s (%s)%n",
        renewals(pair),
        words(pair.up(), letThrough.up()),
        words(pair.down(), letThrough.down()),
        seed);
    assertDelivered(letThrough.up(), pair.up());
    assertDelivered(letThrough.down(), pair.down());
  }

  @Test
  void newAddressesOfOnePathAfterTheOtherCostNoDatagram() {
    SimPair pair = open(seed, "", new SimPair.Tap() {});
    int changes = 10 * pair.paths();
    for (int i = 0; i < changes; i++) {
      int path = i % pair.paths();
      pair.rebind(path);
      pair.exchange(700); // a PING interval, and the path's three ways of at most 100 ms
      assertEquals(
          pair.shownAddress(path), pair.serverSession().path(path).remote(), seed.toString());
    }
    pair.idle(1_000);
    BitSet allUp = new BitSet();
    allUp.set(0, pair.up().sent());
    BitSet allDown = new BitSet();
    allDown.set(0, pair.down().sent());
    System.out.printf(
        "%d new addresses, %d new keys: up %s, down %s (%s)%n",
        changes, renewals(pair), words(pair.up(), allUp), words(pair.down(), allDown), seed);
    assertEquals(changes, pair.server().events(Event.PathMoved.class).size(), seed.toString());
    assertDelivered(allUp, pair.up());
    assertDelivered(allDown, pair.down());
  }

  private static String words(SimPair.Stream stream, BitSet expected) {
    BitSet missing = (BitSet) expected.clone();
    missing.andNot(stream.delivered());
    return String.format(
        "%d sent, %d let through, %d of them not delivered",
        stream.sent(), expected.cardinality(), missing.cardinality());
  }

  private void assertDelivered(BitSet expected, SimPair.Stream stream) {
    assertTrue(stream.sent() > 1_000, seed.toString());
    assertEquals(expected, stream.delivered(), seed.toString());
    assertEquals(0, stream.deliveredAgain(), seed.toString());
  }
}
