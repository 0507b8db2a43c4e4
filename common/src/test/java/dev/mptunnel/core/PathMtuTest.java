package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.PairWorld.Mode;
import dev.mptunnel.core.PairWorld.Side;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What paths carry, found out by both ends, over ideal paths of 10 ms each way. */
class PathMtuTest {

  private static final int SEALED_OVERHEAD_BYTES = 28 + 16 + 10 + 16;

  private final PairWorld world = new PairWorld(3, Mode.SEALED);

  @ParameterizedTest
  @ValueSource(ints = {1_500, 1_492, 1_400, 1_280})
  void bothEndsFindWhatThePathsCarryWithinTwoRoundTripsOfTheFirstAnswer(int mtu) {
    allCarry(mtu);
    world.runFor(40 + 20 + 2 * 20 + 20); // the handshake, a PING, two rounds and what they wait for
    assertEquals(List.of(mtu, mtu, mtu), mtus(world.client));
    assertEquals(List.of(mtu, mtu, mtu), mtus(world.server));
    assertEquals(mtu - SEALED_OVERHEAD_BYTES, report(world.client).roomBytes());
  }

  @Test
  void aLengthThatNoLineIsKnownToHaveIsFoundFromBelow() {
    allCarry(1_451);
    world.runFor(2_000);
    assertEquals(List.of(1_440, 1_440, 1_440), mtus(world.client));
  }

  @Test
  void theSearchEndsAndCostsLittle() {
    allCarry(1_280);
    world.runFor(2_000);
    long found = probes();
    assertTrue(found < 3 * 30, found + " probes");
    world.runFor(5_000);
    assertEquals(found, probes());
  }

  @Test
  void theSmallestOfThePathsCountsAndADatagramGoesWholeIfItJustFits() {
    world.mtu(1, 1_400);
    world.runFor(500);
    assertEquals(List.of(1_500, 1_400, 1_500), mtus(world.client));
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    long before = world.packetsSent;
    world.send(flow, "x".repeat(1_400 - SEALED_OVERHEAD_BYTES));
    assertEquals(before + 3, world.packetsSent);
    world.send(flow, "y".repeat(1_400 - SEALED_OVERHEAD_BYTES + 1));
    assertEquals(before + 9, world.packetsSent);
    world.runFor(20);
    assertEquals(List.of(1_330, 1_331), lengths(world.server));
    assertEquals(1, report(world.client).fragmented());
  }

  @Test
  void aPathThatShrinksInFlightIsNoticedWithinASecondAndTheOthersCarryOn() {
    flowOnAShrinkingPath(1_000);
    world.runFor(20);
    assertEquals(1_000, world.server.delivered.size());
  }

  @Test
  void ifAllPathsShrinkLittleIsLostAndWhatFitsIsNot() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.runFor(500);
    allCarry(1_280);
    for (int i = 0; i < 3_000; i++) {
      world.send(flow, "x".repeat(i % 2 == 0 ? 1_400 : 100));
      world.runFor(1);
    }
    world.runFor(20);
    List<Integer> lengths = lengths(world.server);
    assertEquals(1_500, lengths.stream().filter(length -> length == 100).count());
    long whole = lengths.stream().filter(length -> length == 1_400).count();
    assertTrue(whole >= 1_500 - 500, whole + " of 1,500 long ones");
  }

  /** As TCP does that is slowed down by nothing but its own losses. */
  @ParameterizedTest(name = "the {0} sends, every {1} ms")
  @CsvSource({"CLIENT, 1, 2", "SERVER, 1, 2", "CLIENT, 500, 4", "SERVER, 500, 4"})
  void ifAllPathsShrinkTheFewThatAreSentAgainAreEnoughToFindItOut(
      Side from, int everyMillis, int retransmissions) {
    Flow there = world.client.endpoint.openFlow(world.now(), world.session);
    world.send(there, "begin");
    world.runFor(100);
    Flow back = world.server.events(Event.FlowOpened.class).getFirst().flow();
    PairWorld.End sender = from == Side.CLIENT ? world.client : world.server;
    for (int millis = 0; millis < 8_000 + 64 * everyMillis; millis += everyMillis) {
      sendLong(sender, from == Side.CLIENT ? there : back);
      world.runFor(everyMillis);
    }
    allCarry(1_400);
    int seconds = 1;
    for (int i = 0; i < retransmissions; i++) {
      world.runFor(1_000L * seconds);
      sendLong(sender, from == Side.CLIENT ? there : back);
      seconds *= 2;
    }
    world.runFor(1_000);
    assertEquals(List.of(1_400, 1_400, 1_400), mtus(sender));
  }

  private void sendLong(PairWorld.End sender, Flow flow) {
    sender.endpoint.send(world.now(), flow, ByteBuffer.allocate(1_400));
  }

  @Test
  void aPathThatCarriesMoreAgainIsFoundOut() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.mtu(0, 1_280);
    world.runFor(2_000);
    assertEquals(1_280, mtus(world.client).getFirst());
    world.mtu(0, 1_500);
    for (int second = 0; second < 606; second++) { // and a slow session asks every 5 s
      world.send(flow, "in use");
      world.runFor(1_000);
    }
    assertEquals(1_500, mtus(world.client).getFirst());
  }

  @Test
  void aPathThatShrankForAMomentIsSearchedAgainSoonThoughItIsInDoubtNowAndThen() {
    Flow flow = flowOnAShrinkingPath(2_000);
    world.mtu(0, 1_500);
    for (int second = 0; second < 35; second++) {
      world.dropEveryNth(0, Side.CLIENT, second % 5 == 4 ? 2 : 0);
      world.send(flow, "x".repeat(1_250));
      chat(flow, 250);
      world.send(flow, "x".repeat(1_250));
      chat(flow, 750);
    }
    assertEquals(1_500, mtus(world.client).getFirst());
  }

  @Test
  void aLineThatAnswersLateIsNotFilledWithProbes() {
    world.mtu(0, 1_400);
    world.runFor(25); // the handshake
    world.stall(Side.SERVER, 3_000);
    world.runFor(3_500);
    assertEquals(1_400, mtus(world.client).getFirst());
    assertTrue(probes() < 3 * 30, probes() + " probes");
  }

  @Test
  void aPathThatLeadsElsewhereIsAskedForMoreAndForLess() {
    allCarry(1_400);
    world.runFor(2_000);
    allCarry(1_500);
    world.mtu(1, 1_280);
    world.rebindAll(100);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    talk(flow, 3_000);
    assertEquals(List.of(1_500, 1_280, 1_500), mtus(world.server));
  }

  /** The first path comes to carry 1,300 bytes, which is found out while datagrams flow. */
  private Flow flowOnAShrinkingPath(int millis) {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.runFor(500);
    world.mtu(0, 1_300);
    talk(flow, millis);
    assertEquals(1_300, mtus(world.client).getFirst());
    return flow;
  }

  private void talk(Flow flow, int millis) {
    for (int i = 0; i < millis; i++) {
      world.send(flow, "x".repeat(1_400));
      world.runFor(1);
    }
  }

  /** Enough that the paths are asked as often as can be. */
  private void chat(Flow flow, int millis) {
    for (int i = 0; i < millis / 10; i++) {
      world.send(flow, "in use");
      world.runFor(10);
    }
  }

  @Test
  void aPathBelowWhatAllMustCarryIsLeftOutAndToldOf() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.mtu(2, 1_227);
    world.runFor(3_000);
    assertTrue(world.client.said("PathNarrow"));
    assertEquals(0, mtus(world.client).getLast());
    long before = world.packetsSent;
    world.send(flow, "small");
    assertEquals(before + 2, world.packetsSent);
    world.mtu(2, 1_500);
    for (int second = 0; second < 36; second++) { // and a slow session asks every 5 s
      world.send(flow, "in use");
      world.runFor(1_000);
    }
    assertEquals(1_500, mtus(world.client).getLast());
  }

  @Test
  void ifNoPathCarriesEnoughAllAreUsedForWhatTheyCarry() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    allCarry(1_000);
    world.runFor(3_000);
    world.send(flow, "small");
    world.runFor(20);
    assertEquals(List.of("0:small"), world.server.delivered);
    for (int i = 0; i < 1_000; i++) {
      world.send(flow, "x".repeat(2_300)); // in pieces that no path carries
      world.runFor(1);
    }
    assertEquals(1, world.server.delivered.size());
  }

  @Test
  void aLimitThatIsSetIsKeptAndNothingIsTried() {
    PairWorld told = new PairWorld(1, Mode.SEALED, 700);
    told.mtu(0, 700);
    Flow flow = told.client.endpoint.openFlow(told.now(), told.session);
    told.runFor(1_000);
    told.send(flow, "x".repeat(60_000));
    told.runFor(20);
    assertEquals(List.of(60_000), lengths(told.server));
    assertTrue(told.client.packets.stream().allMatch(packet -> packet.length <= 672));
  }

  @Test
  void ordinaryLossIsNotTakenForAnMtu() {
    for (int path = 0; path < 3; path++) {
      world.lose(path, Side.CLIENT, 0.3);
      world.lose(path, Side.SERVER, 0.2);
    }
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    for (int i = 0; i < 2_000; i++) {
      world.send(flow, "x".repeat(i % 3 == 0 ? 1_400 : 30));
      world.runFor(1);
    }
    assertEquals(List.of(1_500, 1_500, 1_500), mtus(world.client));
  }

  @Test
  void whoeverSendsLongDatagramsAgainAndAgainIsToldOnce() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.runFor(500);
    for (int i = 0; i < 1_000; i++) {
      world.send(flow, "x".repeat(1_436));
      world.runFor(1);
    }
    List<Event.FlowFragmented> told = world.client.events(Event.FlowFragmented.class);
    assertEquals(1, told.size());
    assertEquals(new Event.FlowFragmented(flow, 1_436, 1_430), told.getFirst());
    assertFalse(world.server.said("FlowFragmented"));
  }

  private void allCarry(int mtu) {
    for (int path = 0; path < 3; path++) {
      world.mtu(path, mtu);
    }
  }

  /** Packets of the client's that are longer than any but a probe. */
  private long probes() {
    return world.client.packets.stream().filter(packet -> packet.length >= 1_200).count();
  }

  private static SessionReport report(PairWorld.End end) {
    return end.endpoint.sessions().getFirst().report();
  }

  private static List<Integer> mtus(PairWorld.End end) {
    return report(end).paths().stream().map(PathReport::mtuBytes).toList();
  }

  /** How long the datagrams of flow 0 were that were delivered. */
  private static List<Integer> lengths(PairWorld.End end) {
    return end.delivered.stream().map(text -> text.length() - "0:".length()).toList();
  }
}
