package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.core.PairWorld.Mode;
import dev.mptunnel.core.PairWorld.Side;
import dev.mptunnel.wire.PathFrames;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Repair between two ends, over paths of 10 ms each way. */
class RepairTest {

  private static RepairReport report(PairWorld.End end) {
    return end.endpoint.sessions().getFirst().report().repair();
  }

  private static void lose(PairWorld world, double share) {
    for (int path = 0; path < 3; path++) {
      world.lose(path, Side.CLIENT, share);
      world.lose(path, Side.SERVER, share);
    }
  }

  private static List<String> all(int count) {
    return IntStream.range(0, count).mapToObj(i -> "0:datagram " + i).toList();
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void whatAllPathsLoseIsAskedForAndAllComesInOrder(Mode mode) {
    PairWorld world = new PairWorld(3, mode);
    world.runFor(1_000);
    lose(world, 0.2);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.exchange(flow, 10_000);
    world.runFor(1_000);
    RepairReport server = report(world.server);
    System.out.println(server + " " + report(world.client));
    assertEquals(all(10_000), world.server.delivered);
    assertTrue(server.holes() > 50, server + "");
    assertEquals(server.holes(), server.repaired() + server.needless());
    assertEquals(0, server.late());
    assertTrue(server.needless() <= server.repaired() / 10, server + "");
    assertEquals(0, world.server.endpoint.heldBytes());
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void whereAnAnswerTakesLongerThanAGroupLossesAreRebuilt(Mode mode) {
    PairWorld world = new PairWorld(3, mode);
    for (int path = 0; path < 3; path++) {
      world.delay(path, 40); // there and back: 100 ms, and a group is 64 ms
    }
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.runFor(1_000);
    lose(world, 0.2);
    for (int i = 0; i < 30_000; i++) {
      world.send(flow, "x".repeat(990) + i);
      world.runFor(1);
    }
    world.runFor(1_000);
    RepairReport server = report(world.server);
    System.out.println(server + " " + report(world.client));
    for (int i = 0; i < 30_000; i++) {
      assertTrue(world.server.delivered.get(i).endsWith("x" + i), i + "");
    }
    assertTrue(server.rebuilt() > server.holes() / 3, server + "");
    assertEquals(server.holes(), server.repaired() + server.rebuilt() + server.needless());
    assertTrue(server.needless() <= server.holes() / 20, server + "");
    assertEquals(0, server.late());
    RepairReport client = report(world.client);
    assertTrue(client.spentBytes() < 0.035 * client.sentBytes(), client + "");
    // Where next to nothing is lost, no parity pays.
    lose(world, 0.02);
    world.exchange(flow, 10_000);
    long before = report(world.client).spentBytes();
    world.exchange(flow, 10_000);
    assertTrue(report(world.client).spentBytes() - before < 1_000, report(world.client) + "");
  }

  /** Nine of ten groups lose one: what parities cost must not be missing for questions. */
  @Test
  void paritiesLeaveEnoughOfTheBudgetForQuestions() {
    PairWorld world = new PairWorld(3, Mode.SEALED);
    for (int path = 0; path < 3; path++) {
      world.delay(path, 40);
    }
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.runFor(1_000);
    lose(world, 0.241);
    String datagram = "x".repeat(1_350);
    for (int i = 0; i < 80_000; i++) {
      world.send(flow, datagram);
      world.runFor(1);
    }
    world.runFor(1_000);
    RepairReport server = report(world.server);
    System.out.println(server + " " + report(world.client));
    assertTrue(server.rebuilt() > 200, server + "");
    assertTrue(server.withheld() <= server.holes() / 100, server + "");
    assertTrue(server.late() <= 5, server + "");
    RepairReport client = report(world.client);
    assertTrue(client.spentBytes() < 0.035 * client.sentBytes(), client + "");
  }

  @Test
  void aTailIsMarkedAndRepaired() {
    PairWorld world = new PairWorld(3, Mode.SEALED);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.exchange(flow, 1_000);
    lose(world, 1);
    world.send(flow, "last");
    lose(world, 0);
    world.runFor(100);
    assertEquals("0:last", world.server.delivered.getLast());
    assertEquals(1, report(world.server).repaired());
    // And no more is sent than two marks, so that silence stays silence.
    long before = report(world.client).spentBytes();
    world.runFor(2_000);
    assertEquals(before, report(world.client).spentBytes());
  }

  @Test
  void whatComesRegularlyNeedsNoMarks() {
    PairWorld world = new PairWorld(3, Mode.SEALED);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.runFor(1_000);
    for (int i = 0; i < 100; i++) {
      world.send(flow, "voice");
      world.runFor(20);
    }
    long before = report(world.client).spentBytes();
    for (int i = 0; i < 100; i++) {
      world.send(flow, "voice");
      world.runFor(20);
    }
    assertEquals(before, report(world.client).spentBytes());
  }

  @Test
  void whereItIsOffNothingIsAskedForOrSentAgainAndNothingWaits() {
    PairWorld world = new PairWorld(3, Mode.SEALED, RepairSettings.OFF);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.runFor(1_000);
    lose(world, 0.3);
    world.exchange(flow, 3_000);
    world.runFor(1_000);
    RepairReport server = report(world.server);
    assertEquals(0, server.asked());
    assertEquals(0, server.held());
    assertEquals(0, report(world.client).spentBytes());
    assertEquals(0, world.client.endpoint.sentBytes());
    assertTrue(world.server.delivered.size() < 2_980);
  }

  @Test
  void repairStaysWithinItsBudgetAndSaysSo() {
    PairWorld world = new PairWorld(3, Mode.SEALED);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.runFor(1_000);
    lose(world, 0.7);
    String datagram = "x".repeat(1_000);
    for (int i = 0; i < 20_000; i++) {
      world.send(flow, datagram);
      world.runFor(1);
    }
    RepairReport client = report(world.client);
    double share = (double) client.spentBytes() / client.sentBytes();
    assertTrue(share < 0.035, share + " spent");
    assertTrue(report(world.server).withheld() > 3_000, report(world.server) + "");
    assertTrue(world.server.said("RepairSteppedBack"));
    assertTrue(client.unanswered() < client.resent(), client + "");
  }

  @Test
  void aQuestionIsAnsweredOnceAndWhatIsNotThereIsNot() {
    PairWorld world = new PairWorld(3, Mode.SEALED);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.exchange(flow, 100);
    world.runFor(100);
    Repair repair = world.session.repair();
    int epoch = world.session.epochs().current().number();
    long before = world.packetsSent;
    ByteBuffer offsets = ByteBuffer.allocate(6);
    offsets.putShort((short) 1).putShort((short) -1).putShort((short) 1_000).flip();
    repair.onAsk(world.now(), 77, epoch, 0, offsets);
    assertEquals(before + 6, world.packetsSent);
    assertEquals(2, report(world.client).unanswered());
    repair.onAsk(world.now(), 77, epoch, 0, offsets.rewind());
    repair.onAsk(world.now(), 78, epoch + 1, 0, offsets.rewind());
    repair.onAsk(world.now(), 79, epoch, (1L << 48) - 1, offsets.rewind());
    assertEquals(before + 6, world.packetsSent);
    world.runFor(100);
    assertEquals(100, world.server.delivered.size());
  }

  @Test
  void absurdQuestionsCostNoMoreThanTheBudget() {
    PairWorld world = new PairWorld(3, Mode.SEALED);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    for (int i = 0; i < 200; i++) {
      world.send(flow, "x".repeat(1_200));
      world.runFor(1);
    }
    world.runFor(100);
    int epoch = world.session.epochs().current().number();
    int question = 1_000;
    for (int i = 0; i < 10_000; i++) {
      ByteBuffer offsets = ByteBuffer.allocate(2 * (PathFrames.MAX_ASKED - 1));
      world.session.repair().onAsk(world.now(), question++, epoch, i % 200, offsets);
    }
    RepairReport client = report(world.client);
    assertTrue(client.spentBytes() <= CoreLimits.REPAIR_SAVED_BYTES + 200 * 1_300 * 3 * 0.03);
    assertTrue(client.unanswered() > 600_000);
  }

  @Test
  void aMarkFarAheadMakesNobodyRemember() {
    PairWorld world = new PairWorld(3, Mode.SEALED);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.exchange(flow, 100);
    Session session = world.server.endpoint.sessions().getFirst();
    int epoch = session.epochs().current().number();
    session.repair().onMark(world.now(), epoch, (1L << 48) - 1, session.path(0));
    assertEquals(0, session.epochs().current().losses().holes());
    for (int i = 0; i < 10; i++) {
      world.exchange(flow, 10);
      session.repair().onMark(world.now(), epoch, 1_000 * i + 1_000, session.path(0));
      assertTrue(session.epochs().current().losses().holes() <= CoreLimits.MAX_HOLES);
    }
    world.runFor(2_000);
    assertEquals(0, session.epochs().current().losses().holes());
    // And what is lost after that is seen, and repaired.
    session.repair().onMark(world.now(), epoch, (1L << 48) - 1, session.path(0));
    long before = report(world.server).repaired();
    world.exchange(flow, 12_000); // beyond what the marks claimed
    lose(world, 0.3);
    world.exchange(flow, 1_000);
    lose(world, 0);
    world.runFor(1_000);
    assertTrue(report(world.server).repaired() > before + 10, report(world.server) + "");
  }

  @Test
  void aPacketFullOfMarksCountsAsOne() {
    PairWorld world = new PairWorld(3, Mode.SEALED);
    world.exchange(world.client.endpoint.openFlow(world.now(), world.session), 100);
    Session session = world.server.endpoint.sessions().getFirst();
    Epoch epoch = session.epochs().current();
    long highest = epoch.window().highest();
    ByteBuffer frames = ByteBuffer.allocate(1_400);
    for (int i = 1; i <= 130; i++) {
      PathFrames.putMark(frames, epoch.number(), highest + i * 1_000L);
    }
    PathFrames.putMark(frames, epoch.number(), highest + 5);
    Path path = session.path(0);
    path.onPacket(world.now(), path.port(), path.remote(), true, 1_400, frames.flip());
    assertEquals(5, epoch.losses().holes());
  }

  @Test
  void whereTheQuickestPathDiesTheOthersAreGivenTheTimeTheyTake() {
    PairWorld world = new PairWorld(3, Mode.SEALED);
    for (int path = 1; path < 3; path++) {
      world.delay(path, 100);
    }
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    lose(world, 0.3);
    world.exchange(flow, 5_000); // and what an answer takes has been measured on the quickest one
    lose(world, 0);
    world.dark(0, true);
    world.exchange(flow, 8_000);
    long late = report(world.server).late();
    long repaired = report(world.server).repaired();
    lose(world, 0.15);
    world.exchange(flow, 10_000);
    lose(world, 0);
    world.runFor(2_000);
    assertTrue(report(world.server).repaired() > repaired + 100, report(world.server) + "");
    assertTrue(report(world.server).late() < late + 20, report(world.server) + "");
  }

  @Test
  void whatIsNotAskedForSinceQueuesAreFullIsStillWaitedForOnASlowPath() {
    PairWorld world = new PairWorld(3, Mode.SEALED);
    world.delay(2, 100);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.exchange(flow, 5_000);
    int[] withQueues = {40, 40, 130};
    for (int path = 0; path < 3; path++) {
      world.delay(path, withQueues[path]);
    }
    world.exchange(flow, 1_000);
    for (int path = 0; path < 2; path++) {
      world.lose(path, Side.CLIENT, 0.5);
    }
    world.exchange(flow, 5_000);
    world.runFor(2_000);
    assertTrue(world.server.said("RepairSteppedBack"));
    assertEquals(0, report(world.server).late(), report(world.server) + "");
    assertEquals(11_000, world.server.delivered.size());
  }

  @Test
  void aNewEpochLosesNothingOfTheOneBefore() {
    PairWorld world = new PairWorld(3, Mode.SEALED);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.runFor(1_000);
    lose(world, 0.2);
    long renewals = 0;
    for (int i = 0; i < 250; i++) {
      world.exchange(flow, 500);
      renewals = world.client.events(Event.SessionOpened.class).size();
    }
    world.runFor(1_000);
    assertTrue(renewals >= 2, renewals + " epochs");
    assertEquals(125_000, world.server.delivered.size(), 3);
    assertTrue(report(world.server).late() <= 5, report(world.server) + "");
    assertFalse(world.server.said("SessionClosed"));
  }
}
