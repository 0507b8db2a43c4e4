package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.PairWorld.End;
import dev.mptunnel.core.PairWorld.Mode;
import dev.mptunnel.core.PairWorld.Side;
import dev.mptunnel.core.PairWorld.Times;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How often paths of 10 ms each way are asked, and what is seen by that. */
class PingsTest {

  private static final int PATHS = 3;
  private static final int SECONDS = 100;

  /** Until each path's MTU is known, and the last of that has rested. */
  private static final int START_MILLIS = 30_000;

  private static final int PING = 0x11;
  private static final int PONG = 0x12;
  private static final int MARK = 0x17;

  private final PairWorld world = new PairWorld(PATHS, Mode.PLAIN);
  private final Flow flow = world.client.endpoint.openFlow(world.now(), world.session);

  /** A datagram from the client every so many milliseconds. */
  private boolean carryUntil(long atMostMillis, int everyMillis, BooleanSupplier happened) {
    for (long millis = 0; millis < atMostMillis && !happened.getAsBoolean(); millis++) {
      if (millis % everyMillis == 0) {
        world.send(flow, "datagram");
      }
      world.runFor(1);
    }
    return happened.getAsBoolean();
  }

  /** The same for {@link #SECONDS}, and both ends forget what they sent before. */
  private void carry(int everyMillis) {
    carryUntil(START_MILLIS, everyMillis, () -> false);
    world.client.packets.clear();
    world.server.packets.clear();
    carryUntil(1_000 * SECONDS, everyMillis, () -> false);
  }

  /** The PATH packets that begin with such a frame, for each path. */
  private static double count(End end, int frame) {
    return (double) end.packets.stream().filter(packet -> isPath(packet, frame)).count() / PATHS;
  }

  private static long count(End end, int path, int frame) {
    return end.packets.stream()
        .filter(packet -> isPath(packet, frame))
        .filter(packet -> Header.path(ByteBuffer.wrap(packet)) == path)
        .count();
  }

  @ParameterizedTest(name = "every {0} ms: {1} and {2} pings a second")
  @CsvSource({
    "1, 4, 4",
    "10, 4, 1.5625",
    "50, 1.25, 0.3125",
    "100, 0.625, 0.15625",
    "1000, 0.2, 0.05"
  })
  void theMoreIsCarriedTheMoreOftenPathsAreAsked(int everyMillis, double client, double server) {
    carry(everyMillis);
    assertEquals(client * SECONDS, count(world.client, PING), 0.02 * client * SECONDS + 1);
    assertEquals(server * SECONDS, count(world.server, PING), 0.02 * server * SECONDS + 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 16, 30, 100, 250})
  void pingsAndPongsAreASeventhOfAllPacketsAtTheMost(int everyMillis) {
    carry(everyMillis);
    double pings = 0;
    for (End end : new End[] {world.client, world.server}) {
      pings += count(end, PING) + count(end, PONG);
    }
    int all = (world.client.packets.size() + world.server.packets.size()) / PATHS;
    assertTrue(pings <= all / 7., pings + " of " + all);
  }

  @Test
  void whereNothingIsLostFewPacketsAreMarked() {
    carry(1_000);
    assertEquals(SECONDS / 16., count(world.client, MARK), 1);
  }

  @Test
  void whereAllPathsLoseEveryLastPacketIsMarked() {
    for (int path = 0; path < PATHS; path++) {
      world.lose(path, Side.CLIENT, 0.1);
    }
    carry(1_000);
    assertTrue(count(world.client, MARK) > SECONDS, count(world.client, MARK) + " marks");
  }

  @Test
  void anIdleSessionAsksEveryFiveSecondsFromOneEndAndEveryTwentyFromTheOther() {
    world.runFor(START_MILLIS);
    world.client.packets.clear();
    world.server.packets.clear();
    world.runFor(1_000 * SECONDS);
    assertEquals(SECONDS / 5., count(world.client, PING), 1);
    assertEquals(SECONDS / 20., count(world.server, PING), 1);
  }

  @Test
  void theServerAsksByItselfWhereTheClientDoesNot() {
    world.runFor(START_MILLIS);
    world.lose(1, Side.CLIENT, 1);
    world.runFor(6_250 + 3_200);
    assertEquals(List.of(true, false, true), world.pathsUp(world.server));
  }

  // --- how soon a dead path is found; when both ends see it is in SlowSessionTest ---

  @ParameterizedTest(name = "every {0} ms")
  @CsvSource({"1, 3400", "20, 3500", "100, 4750", "500, 8200", "3000, 8200"})
  void whoOnlySendsFindsADeadPathByItsOwnPings(int everyMillis, int withinMillis) {
    carryUntil(START_MILLIS, everyMillis, () -> false);
    world.dark(1, true);
    assertTrue(carryUntil(withinMillis, everyMillis, () -> world.client.said("PathDown")));
    assertEquals(1, world.client.events(Event.PathDown.class).size());
  }

  @ParameterizedTest(name = "every {0} ms")
  @CsvSource({"1, 3400", "20, 3200", "100, 3300", "500, 3700"})
  void whoOnlyReceivesFindsItByWhatIsMissing(int everyMillis, int withinMillis) {
    carryUntil(START_MILLIS, everyMillis, () -> false);
    world.dark(1, true);
    assertTrue(carryUntil(withinMillis, everyMillis, () -> world.server.said("PathDown")));
    assertEquals(1, world.server.events(Event.PathDown.class).size());
  }

  @Test
  void aDeadPathIsFoundSoonAfterAnIdleSessionIsInUseAgain() {
    world.runFor(START_MILLIS);
    world.server.echo = true;
    world.dark(1, true);
    carryUntil(3_450, 1, () -> false);
    assertEquals(List.of(true, false, true), world.pathsUp(world.client));
    assertEquals(List.of(true, false, true), world.pathsUp(world.server));
  }

  @Test
  void aPathThatIsDownIsUsedAgainSoonAfterItIsBackThoughTheSessionIsSlow() {
    carryUntil(START_MILLIS, 500, () -> false);
    world.dark(1, true);
    carryUntil(10_000, 500, () -> false);
    world.dark(1, false);
    carryUntil(1_000, 500, () -> false);
    assertEquals(List.of(true, true, true), world.pathsUp(world.client));
    assertEquals(List.of(true, true, true), world.pathsUp(world.server));
  }

  @Test
  void aServerThatIsGoneIsMissedByASessionThatSendsNothing() {
    world.runFor(START_MILLIS);
    world.restartServer();
    world.runFor(5_000 + 500);
    assertEquals(1, world.server.endpoint.sessions().size());
  }

  // --- long ways, and gaps that are none ---

  /** The next packets of this kind that this side sends on the second path do not arrive. */
  private static void drop(PairWorld world, Side from, int packets, Predicate<byte[]> which) {
    int[] left = {packets};
    world.network(
        1, from, (packet, _) -> which.test(packet) && left[0]-- > 0 ? PairWorld.DROPPED : 0);
  }

  private static boolean isData(byte[] packet) {
    return PacketType.type(packet[0]) == PacketType.DATA;
  }

  private static boolean isPath(byte[] packet, int frame) {
    return PacketType.type(packet[0]) == PacketType.PATH && packet[Header.LENGTH] == frame;
  }

  private static void assertNoneDown(PairWorld world) {
    assertFalse(world.client.said("PathDown"), "client");
    assertFalse(world.server.said("PathDown"), "server");
  }

  @Test
  void aLostPingIsNoDeathThoughAnswersTakeLongAndNeverTheSame() {
    for (int i = 0; i < 12; i++) {
      allTake(i % 2 == 0 ? 600 : 1_400);
      carryUntil(5_000, 1_000, () -> false);
    }
    allTake(1_200);
    for (Side from : Side.values()) {
      drop(world, from, 1, packet -> isPath(packet, PING));
      carryUntil(30_000, 1_000, () -> false);
    }
    assertNoneDown(world);
  }

  private void allTake(int roundTripMillis) {
    for (int path = 0; path < PATHS; path++) {
      world.delay(path, roundTripMillis / 2 - 10);
    }
  }

  @Test
  void aGapIsNoDeathThoughAnAnswerTakesMostOfThePathsTimeout() {
    Times satellite = new Times(TimeUnit.SECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(1));
    PairWorld far = new PairWorld(PATHS, Mode.PLAIN, satellite);
    far.delay(1, 290);
    Flow its = far.client.endpoint.openFlow(far.now(), far.session);
    for (int i = 0; i < 200; i++) {
      if (i >= 60 && i % 23 == 0) {
        drop(far, Side.CLIENT, 5, PingsTest::isData);
      }
      far.send(its, "datagram");
      far.runFor(500);
    }
    assertNoneDown(far);
  }

  @Test
  void aGapThatEndsIsNoSilence() {
    carryUntil(START_MILLIS, 500, () -> false);
    for (int i = 0; i < 5; i++) {
      long suspectedNanos = world.now() + TimeUnit.MILLISECONDS.toNanos(1_400);
      long answersNanos = world.now() + TimeUnit.MILLISECONDS.toNanos(3_200);
      int[] left = {4};
      world.network(
          1,
          Side.CLIENT,
          (packet, _) -> {
            boolean held = world.now() > suspectedNanos && world.now() < answersNanos;
            boolean lost = isData(packet) ? left[0]-- > 0 : held && isPath(packet, PONG);
            return lost ? PairWorld.DROPPED : 0;
          });
      carryUntil(11_500, 500, () -> false);
    }
    assertNoneDown(world);
  }

  @Test
  void aPathThatCarriesNoDataByDesignIsAskedAsSeldomAsOthers() {
    world.mtu(1, 1_000);
    carry(100);
    int searches = 10 * SECONDS / 30; // what it carries is asked again every half minute
    for (End end : new End[] {world.client, world.server}) {
      long its = count(end, 1, PING);
      long other = count(end, 0, PING);
      assertTrue(its <= other + searches, its + " and " + other);
    }
  }

  @Test
  void pathsThatAreAskedEveryFiveMinutesAreNotForgottenMeanwhile() {
    Times seldom = new Times(TimeUnit.MINUTES.toNanos(5), TimeUnit.SECONDS.toNanos(3));
    PairWorld idle = new PairWorld(PATHS, Mode.PLAIN, seldom);
    Flow its = idle.client.endpoint.openFlow(idle.now(), idle.session);
    idle.server.echo = true;
    idle.send(its, "datagram");
    for (int i = 0; i < 200; i++) {
      idle.runFor(40_000); // or the session would expire
      idle.send(its, "datagram");
    }
    assertNoneDown(idle);
  }

  /** What a path carries is found out by pings, however little the session sends. */
  @Test
  void aSlowSessionKnowsWhatItsPathsCarryToo() {
    world.mtu(1, 1_400);
    carryUntil(5_000, 1_000, () -> false);
    for (End end : new End[] {world.client, world.server}) {
      Session session = end.endpoint.sessions().getFirst();
      assertEquals(1_500, session.path(0).mtu().ipBytes());
      assertEquals(1_400, session.path(1).mtu().ipBytes());
    }
  }
}
