package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.core.PairWorld.Mode;
import dev.mptunnel.core.PairWorld.Side;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What datagrams are marked with, on their way and behind it. */
class TrafficClassTest {

  private static final int EF = 46 << 2;
  private static final int ECT_0 = TrafficClass.ECT_0;
  private static final int ECT_1 = TrafficClass.ECT_1;
  private static final int CE = TrafficClass.CE;
  private static final int PING = 0x11;
  private static final int STEP_MILLIS = 20;

  private final List<Integer> outer = new ArrayList<>();

  /** Carries all marks, and notes those of DATA packets of the client's. */
  private int carry(byte[] packet, int trafficClass) {
    if (isData(packet)) {
      outer.add(trafficClass);
    }
    return trafficClass;
  }

  /** Marks what it may, and carries all other marks. */
  private static int congested(byte[] packet, int trafficClass) {
    boolean mayMark = isData(packet) && (trafficClass & TrafficClass.ECN) != TrafficClass.NOT_ECT;
    return mayMark ? trafficClass | CE : trafficClass;
  }

  private static boolean isData(byte[] packet) {
    return PacketType.type(packet[0]) == PacketType.DATA;
  }

  private static PairWorld open(int paths) {
    PairWorld world = new PairWorld(paths, Mode.SEALED);
    for (int path = 0; path < paths; path++) {
      world.network(path, Side.CLIENT, (_, trafficClass) -> trafficClass);
      world.network(path, Side.SERVER, (_, trafficClass) -> trafficClass);
    }
    world.runFor(1_000);
    return world;
  }

  private static List<Boolean> carryEcn(PairWorld world) {
    return world.session.report().paths().stream().map(PathReport::carriesEcn).toList();
  }

  /** RFC 6040, figure 4, by columns: outer Not-ECT, ECT(0), ECT(1), CE. */
  @ParameterizedTest
  @CsvSource({"0, 0, 0, 0, -1", "2, 2, 2, 1, 3", "1, 1, 1, 1, 3", "3, 3, 3, 3, 3"})
  void whatComesOutIsAsTheTableOfRfc6040HasIt(
      int inner, int notEct, int ect0, int ect1, int congested) {
    int[] outers = {TrafficClass.NOT_ECT, ECT_0, ECT_1, CE};
    int[] expected = {notEct, ect0, ect1, congested};
    for (int i = 0; i < outers.length; i++) {
      int own = EF | inner;
      int met = 8 << 2 | outers[i];
      assertEquals(expected[i] < 0, TrafficClass.isDropped(own, met), "outer " + outers[i]);
      if (expected[i] >= 0) {
        assertEquals(EF | expected[i], TrafficClass.decapsulated(own, met), "outer " + outers[i]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatADatagramIsMarkedWithIsOnItsPacketsAndComesOut(boolean ordered) {
    PairWorld world = open(1);
    world.network(0, Side.CLIENT, this::carry);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session, null, ordered);
    List<Integer> classes = List.of(0, EF, EF | ECT_0, ECT_1, CE, 0xff, 0);
    for (int trafficClass : classes) {
      world.send(flow, "a", trafficClass);
      world.send(flow, "b".repeat(5_000), trafficClass);
      world.runFor(50);
    }
    List<Integer> twice = new ArrayList<>();
    classes.forEach(each -> twice.addAll(List.of(each, each)));
    assertEquals(twice, world.server.deliveredClasses);
    assertEquals(classes, outerRuns());
    assertTrue(world.server.delivered.contains(flow.id() + ":" + "b".repeat(5_000)));
  }

  /** What the packets were marked with, each run of the same once. */
  private List<Integer> outerRuns() {
    List<Integer> runs = new ArrayList<>();
    for (int each : outer) {
      if (runs.isEmpty() || runs.getLast() != each) {
        runs.add(each);
      }
    }
    return runs;
  }

  @Test
  void answersAreMarkedToo() {
    PairWorld world = open(2);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.send(flow, "ask");
    world.runFor(50);
    world.network(0, Side.SERVER, TrafficClassTest::congested);
    world.network(1, Side.SERVER, TrafficClassTest::congested);
    List<Flow> there =
        world.server.events(Event.FlowOpened.class).stream().map(Event.FlowOpened::flow).toList();
    byte[] answer = {1};
    world.server.endpoint.send(world.now(), there.getFirst(), ByteBuffer.wrap(answer), EF | ECT_0);
    world.runFor(50);
    assertEquals(List.of(EF | CE), world.client.deliveredClasses);
  }

  @Test
  void onlyTheMarkOfTheCopyCountsThatIsDelivered() {
    PairWorld world = open(2);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.delay(1, 5);
    world.network(1, Side.CLIENT, TrafficClassTest::congested);
    world.send(flow, "a", EF | ECT_0);
    world.runFor(50);
    world.network(1, Side.CLIENT, (_, trafficClass) -> trafficClass);
    world.network(0, Side.CLIENT, TrafficClassTest::congested);
    world.send(flow, "b", EF | ECT_0);
    world.runFor(50);
    assertEquals(List.of(EF | ECT_0, EF | CE), world.server.deliveredClasses);
  }

  @Test
  void whereMarksOfCongestionDoNotComeThroughNoneAreAskedFor() {
    PairWorld world = open(2);
    world.network(1, Side.CLIENT, (_, trafficClass) -> trafficClass & TrafficClass.DSCP);
    world.runFor(10_000); // until it is asked again
    assertEquals(List.of(true, false), carryEcn(world));
    List<Integer> cleared = new ArrayList<>();
    world.network(0, Side.CLIENT, this::carry);
    world.network(
        1,
        Side.CLIENT,
        (packet, trafficClass) -> {
          if (isData(packet)) {
            cleared.add(trafficClass);
          }
          return trafficClass;
        });
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.send(flow, "a", EF | ECT_0);
    world.runFor(20);
    assertEquals(List.of(EF | ECT_0), outer);
    assertEquals(List.of(EF), cleared);
    assertEquals(List.of(EF | ECT_0), world.server.deliveredClasses, "its own is not lost");
    world.runFor(10_000);
    assertEquals(List.of(true, true), carryEcn(world));
    world.send(flow, "b", EF | ECT_0);
    world.runFor(20);
    assertEquals(List.of(EF, EF | ECT_0), cleared, "it carries them now");
  }

  @Test
  void aPathThatDropsWhatAsksForMarksStaysUp() {
    PairWorld world = new PairWorld(1, Mode.SEALED);
    world.network(
        0,
        Side.CLIENT,
        (packet, trafficClass) -> {
          boolean asks = (trafficClass & TrafficClass.ECN) != TrafficClass.NOT_ECT;
          return asks ? PairWorld.DROPPED : carry(packet, trafficClass);
        });
    world.runFor(1_000);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    for (int i = 0; i < 10_000; i++) {
      world.send(flow, "" + i, ECT_0);
      world.runFor(1);
    }
    world.runFor(100);
    assertEquals(Collections.nCopies(10_000, ECT_0), world.server.deliveredClasses);
    assertEquals(Collections.nCopies(outer.size(), 0), outer);
    assertEquals(List.of(), world.client.events(Event.PathDown.class));
  }

  @Test
  void aPacketThatShouldHaveBeenDroppedIsAndOthersAreNot() {
    PairWorld world = open(2);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session, null, false);
    world.delay(1, 5);
    world.network(0, Side.CLIENT, (packet, _) -> isData(packet) ? CE : ECT_0); // marks everything
    world.send(flow, "a", EF);
    world.send(flow, "b", EF | ECT_1);
    world.runFor(12);
    assertEquals(1, world.server.endpoint.counters().congested());
    world.runFor(10);
    List<String> delivered = List.of(flow.id() + ":b", flow.id() + ":a");
    assertEquals(delivered, world.server.delivered, "one of them by the other path");
    assertEquals(List.of(EF | CE, EF), world.server.deliveredClasses);
  }

  @Test
  void ofADatagramInPiecesOnePieceThatIsMarkedIsEnough() {
    PairWorld world = open(1);
    int[] packets = {0};
    world.network(
        0,
        Side.CLIENT,
        (packet, trafficClass) ->
            isData(packet) && packets[0]++ == 1 ? congested(packet, trafficClass) : trafficClass);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.send(flow, "a".repeat(4_000), EF | ECT_0);
    world.send(flow, "b".repeat(4_000), EF | ECT_0);
    world.runFor(50);
    assertEquals(List.of(EF | CE, EF | ECT_0), world.server.deliveredClasses);
  }

  @Test
  void whatIsSentAgainMayBeDroppedAndIsMarkedAsItWasOtherwise() {
    PairWorld world = new PairWorld(1, Mode.SEALED, RepairSettings.DEFAULT);
    world.network(0, Side.CLIENT, this::carry);
    world.network(0, Side.SERVER, (_, trafficClass) -> trafficClass);
    world.runFor(1_000);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    for (int i = 0; i < 500; i++) {
      world.send(flow, "" + i, EF | ECT_0);
      world.runFor(1);
    }
    outer.clear();
    world.network(
        0,
        Side.CLIENT,
        (packet, trafficClass) ->
            isData(packet) && outer.isEmpty()
                ? carry(packet, PairWorld.DROPPED)
                : carry(packet, trafficClass));
    for (int i = 500; i < 600; i++) {
      world.send(flow, "" + i, EF | ECT_0);
      world.runFor(1);
    }
    world.runFor(500);
    assertEquals(1, outer.stream().filter(each -> each == EF).count(), "sent again");
    assertEquals(600, world.server.delivered.size());
    // What came for the second time, and what waited for it.
    assertEquals(Collections.nCopies(600, EF | ECT_0), world.server.deliveredClasses);
  }

  // --- an answer that is late says nothing of marks ---

  /** For how many milliseconds of 30 s the first path carries no ECN, of both ends' together. */
  private static int withoutEcn(Predicate<byte[]> lost, Side from, int packets) {
    PairWorld world = new PairWorld(2, Mode.PLAIN);
    int[] left = {0};
    for (Side side : Side.values()) {
      world.network(
          0,
          side,
          (packet, trafficClass) ->
              side == from && lost.test(packet) && left[0]-- > 0
                  ? PairWorld.DROPPED
                  : trafficClass);
      world.network(1, side, (_, trafficClass) -> trafficClass);
    }
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    int without = 0;
    for (int millis = 0; millis < 60_000; millis++) {
      if (millis == 30_000) {
        left[0] = packets;
      }
      if (millis % 200 == 0) {
        world.send(flow, "datagram");
      }
      world.runFor(1);
      if (millis >= 30_000 && millis % STEP_MILLIS == 0) {
        for (PairWorld.End end : List.of(world.client, world.server)) {
          List<PathReport> paths = end.endpoint.sessions().getFirst().report().paths();
          without += paths.getFirst().carriesEcn() ? 0 : STEP_MILLIS;
        }
      }
    }
    return without;
  }

  @Test
  void aGapTakesNoMarksAway() {
    assertEquals(0, withoutEcn(TrafficClassTest::isData, Side.CLIENT, 6));
  }

  @Test
  void marksAreBackSoonAfterSomeLostPings() {
    int without =
        withoutEcn(packet -> !isData(packet) && packet[Header.LENGTH] == PING, Side.CLIENT, 6);
    assertTrue(without > 0 && without <= 300, without + " ms");
  }
}
