package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.PairWorld.Mode;
import dev.mptunnel.core.PairWorld.Side;
import dev.mptunnel.crypto.ServerKeys;
import dev.mptunnel.crypto.StaticKeys;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Paths that are added, paused and taken out while a session carries datagrams. */
class PathChangeTest {

  private static final int PATHS = 4;

  private PairWorld world = new PairWorld(PATHS, Mode.SEALED);
  private Flow flow = world.client.endpoint.openFlow(world.now(), world.session);

  PathChangeTest() {
    world.runFor(1_000);
    world.server.echo = true;
  }

  private List<PathReport.State> states(Session session) {
    return session.report().paths().stream().map(PathReport::state).toList();
  }

  private Session atServer() {
    return world.server.endpoint.sessions().getFirst();
  }

  private void remove(int path) {
    world.client.endpoint.removePath(world.now(), world.session, path);
  }

  private int add(int path) {
    return world.client.endpoint.addPath(world.now(), world.session, PairWorld.spec(path));
  }

  private void pause(int path, boolean isPaused) {
    world.client.endpoint.pausePath(world.now(), world.session, path, isPaused);
  }

  /** Datagrams of this number, there and back, were each delivered once and in their order. */
  private void assertAllDelivered(int datagrams) {
    List<String> sent = IntStream.range(0, datagrams).mapToObj(i -> flow.id() + ":d" + i).toList();
    assertEquals(sent, world.server.delivered);
    assertEquals(sent, world.client.delivered);
  }

  private int dataSent(PairWorld.End from, int path) {
    PathReport report =
        from.endpoint.sessions().getFirst().report().paths().stream()
            .filter(each -> each.id() == path)
            .findFirst()
            .orElseThrow();
    return (int) report.sentBytes();
  }

  @Test
  void nothingIsLostWhilePathsComeAndGo() {
    SplittableRandom random = new SplittableRandom(7);
    Set<Integer> present = new HashSet<>(List.of(0, 1, 2, 3));
    Set<Integer> ids = new HashSet<>(present);
    int[] idOf = {0, 1, 2, 3};
    int datagrams = 0;
    for (int change = 0; change < 300; change++) {
      int path = random.nextInt(1, PATHS); // the first stays
      if (present.remove(Integer.valueOf(path))) {
        remove(idOf[path]);
      } else {
        idOf[path] = add(path);
        ids.add(idOf[path]);
        present.add(path);
      }
      for (int i = 0; i < 5; i++) {
        world.send(flow, "d" + datagrams++);
        world.runFor(7);
      }
    }
    world.runFor(100);
    assertAllDelivered(datagrams);
    world.runFor(5_000);
    assertEquals(present.size(), states(world.session).size());
    assertEquals(present.size(), states(atServer()).size());
    assertEquals(0, world.client.endpoint.counters().malformed);
    assertEquals(0, world.server.endpoint.counters().malformed);
    assertEquals(ids.size() - present.size() > 0, world.client.said("PathRemoved"));
  }

  @Test
  void whoHasTheNumberOfAPathThatIsGoneTakesNoCounterAgainUnderTheSameKeys() {
    for (int i = 0; i < 20; i++) {
      remove(1);
      world.exchange(flow, 100);
      world.runFor(1_500);
      assertEquals(1, add(1), "the number is free again");
      world.exchange(flow, 100);
      world.runFor(500);
    }
    for (PairWorld.End end : List.of(world.client, world.server)) {
      Set<ByteBuffer> headers = new HashSet<>();
      for (byte[] packet : end.packets) {
        ByteBuffer header = ByteBuffer.wrap(packet, 0, Header.LENGTH);
        if (PacketType.type(packet[0]) == PacketType.PATH) {
          assertTrue(headers.add(header), () -> end.side + " has sent a header twice");
        }
      }
    }
    assertEquals(1, world.client.events(Event.SessionOpened.class).size(), "it was one epoch");
  }

  @Test
  void whatIsOnItsWayOnAPathThatIsTakenOutStillComes() {
    world.delay(0, 200);
    for (int path = 1; path < PATHS; path++) {
      world.dark(path, true);
    }
    world.send(flow, "d0");
    world.runFor(1);
    remove(0);
    world.runFor(300);
    assertEquals(List.of(flow.id() + ":d0"), world.server.delivered);
    world.runFor(150);
    assertEquals(List.of(flow.id() + ":d0"), world.client.delivered, "and so does the answer");
    assertFalse(world.client.said("PathRemoved"), "until then it is not gone");
    assertEquals(PATHS - 1, states(world.session).size(), "though it is not shown any more");
    world.runFor(2_000);
    assertTrue(world.client.said("PathRemoved"));
  }

  @Test
  void thePeerSendsNothingMoreOnAPathThatIsTakenOut() {
    world.exchange(flow, 100);
    remove(2);
    world.exchange(flow, 100);
    assertTrue(world.server.said("PathRemoved"));
    int packets = world.server.packets.size();
    world.exchange(flow, 100);
    world.runFor(10_000);
    assertEquals(
        List.of(),
        world.server.packets.subList(packets, world.server.packets.size()).stream()
            .filter(packet -> PacketType.type(packet[0]) == PacketType.PATH)
            .filter(packet -> Header.path(ByteBuffer.wrap(packet)) == 2)
            .toList());
    assertFalse(world.server.said("PathDown"));
    assertFalse(world.client.said("PathDown"));
  }

  @Test
  void thatAPathIsTakenOutIsSaidUntilItHasBeenHeard() {
    world.lose(2, Side.CLIENT, 0.7);
    remove(2);
    world.runFor(3_500);
    assertTrue(world.server.said("PathRemoved"));
    assertTrue(world.client.said("PathRemoved"));
  }

  @Test
  void aPathOnWhichNobodyAnswersIsGoneAllTheSame() {
    remove(3);
    world.runFor(3_000);
    world.dark(2, true);
    remove(2);
    world.runFor(4_000);
    assertEquals(2, world.client.events(Event.PathRemoved.class).size());
    assertEquals(1, world.server.events(Event.PathRemoved.class).size(), "it has heard of one");
    assertEquals(3, add(3), "what is called the same has the same number");
    remove(3);
    world.runFor(3_000);
    Endpoint.PathSpec another = new Endpoint.PathSpec("p2", 3, PairWorld.spec(3).remote());
    assertEquals(2, world.client.endpoint.addPath(world.now(), world.session, another));
    world.runFor(1_000);
    assertEquals(3, states(world.session).size());
    assertTrue(world.session.path(2).isProven(), "whoever has its number is found elsewhere");
  }

  @Test
  void aPathWhoseNameIsNotResolvedYetWaitsForIt() {
    remove(3);
    world.runFor(3_000);
    Endpoint.PathSpec unknown = new Endpoint.PathSpec("p3", 3, null);
    int id = world.client.endpoint.addPath(world.now(), world.session, unknown);
    world.exchange(flow, 500);
    assertEquals(PathReport.State.UNRESOLVED, states(world.session).get(id));
    world.client.endpoint.redirect(world.now(), world.session, id, PairWorld.spec(3).remote());
    world.exchange(flow, 500);
    assertEquals(PathReport.State.UP, states(world.session).get(id));
    assertEquals(PATHS, states(atServer()).size());
  }

  @Test
  void aPausedPathCarriesNoDataEitherWayAndIsAskedAllTheSame() {
    pause(1, true);
    world.exchange(flow, 50);
    assertEquals(PathReport.State.PAUSED, states(world.session).get(1));
    assertEquals(PathReport.State.PAUSED, states(atServer()).get(1));
    int there = dataSent(world.client, 1);
    int back = dataSent(world.server, 1);
    world.exchange(flow, 5_000);
    assertTrue(dataSent(world.client, 1) - there < 2_000, "PINGs and PONGs alone");
    assertTrue(dataSent(world.server, 1) - back < 2_000);
    assertTrue(dataSent(world.client, 0) > 100_000);
    assertFalse(world.client.said("PathDown"));
    assertFalse(world.server.said("PathDown"));
    pause(1, false);
    world.exchange(flow, 50);
    assertEquals(PathReport.State.UP, states(world.session).get(1));
    assertEquals(PathReport.State.UP, states(atServer()).get(1));
    there = dataSent(world.client, 1);
    back = dataSent(world.server, 1);
    world.exchange(flow, 1_000);
    assertTrue(dataSent(world.client, 1) - there > 30_000);
    assertTrue(dataSent(world.server, 1) - back > 30_000);
  }

  @Test
  void thatAPathIsPausedIsSaidUntilItHasBeenHeard() {
    world.lose(1, Side.CLIENT, 0.7);
    pause(1, true);
    world.exchange(flow, 2_000);
    assertEquals(PathReport.State.PAUSED, states(atServer()).get(1));
    pause(1, false);
    world.exchange(flow, 2_000);
    assertFalse(atServer().path(1).isPaused());
  }

  @Test
  void aServerThatHasRestartedLearnsWhatIsPaused() {
    pause(1, true);
    world.runFor(500);
    world.restartServer();
    world.server.echo = true;
    world.exchange(flow, 3_000);
    assertEquals(PathReport.State.PAUSED, states(atServer()).get(1));
    assertTrue(atServer().isOpen());
  }

  @Test
  void whatWasSentOnAPathThatIsGoneIsWorthNothingWhenItIsSentAgain() {
    world.exchange(flow, 20);
    List<byte[]> recorded =
        world.client.packets.stream()
            .filter(packet -> PacketType.type(packet[0]) == PacketType.PATH)
            .filter(packet -> Header.path(ByteBuffer.wrap(packet)) == 2)
            .toList();
    remove(2);
    world.runFor(3_000);
    recorded.forEach(packet -> world.inject(world.server, 2, packet));
    world.runFor(1_000);
    assertEquals(PATHS - 1, states(atServer()).size());
  }

  @Test
  void withoutAServerAPathIsGoneAtOnce() {
    PairWorld alone = new PairWorld(2, Mode.SEALED);
    alone.client.endpoint.removePath(alone.now(), alone.session, 1);
    assertTrue(alone.client.said("PathRemoved"));
  }

  @Test
  void thirtyTwoPathsThatAreReplacedAtOnceHaveRoom() {
    int paths = 32;
    PairWorld wide = new PairWorld(paths, Mode.PLAIN);
    wide.runFor(1_000);
    for (int path = 0; path < paths; path++) {
      wide.client.endpoint.removePath(wide.now(), wide.session, path);
      assertTrue(wide.client.endpoint.addPath(wide.now(), wide.session, PairWorld.spec(path)) >= 0);
    }
    assertEquals(-1, wide.client.endpoint.addPath(wide.now(), wide.session, PairWorld.spec(0)));
    wide.runFor(1_000);
    assertEquals(paths, wide.session.report().paths().size());
  }

  // --- other secrets ---

  private static final ServerKeys OTHER = ServerKeys.of(new byte[20]);

  private static Security other() {
    StaticKeys own = StaticKeys.random(new SplittableRandom(8));
    return PairWorld.client(own, OTHER, OTHER.sharedPsk());
  }

  @Test
  void byAnotherSecretTheServerEndsItsSessionsAndLetsInWhoHasIt() {
    world.server.endpoint.secure(SealedSecurity.responder(OTHER, key -> null));
    world.runFor(100);
    assertTrue(
        world.client.events(Event.SessionClosed.class).stream()
            .anyMatch(closed -> closed.reason() == CloseReason.REVOKED));
    assertEquals(List.of(), world.server.endpoint.sessions());
    world.client.endpoint.secure(other());
    Session session = world.client.endpoint.open(world.now(), world.specs(PATHS));
    world.runFor(1_000);
    assertTrue(session.isOpen());
    assertEquals(1, world.server.endpoint.sessions().size());
    Flow again = world.client.endpoint.openFlow(world.now(), session);
    world.send(again, "hello");
    world.runFor(100);
    assertEquals(List.of("0:hello"), world.client.delivered);
  }

  @Test
  void whileTheServerDoesNotTakeAnotherSecretTheSessionGoesOn() {
    world.client.endpoint.secure(other());
    Session next = world.client.endpoint.open(world.now(), world.specs(PATHS));
    world.runFor(150_000); // and is renewed by the secret that it was opened by
    assertFalse(next.isOpen());
    world.send(flow, "d0");
    world.runFor(100);
    assertAllDelivered(1);
    world.client.endpoint.close(next);
    assertEquals(1, world.client.endpoint.sessions().size());
  }
}
