package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.PairWorld.Mode;
import dev.mptunnel.core.PairWorld.Side;
import dev.mptunnel.wire.Header;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Two endpoints over ideal paths of 10 ms each way: what happens when, step by step. */
@ParameterizedClass
@EnumSource(Mode.class)
class EndpointTest {

  private final Mode mode;
  private final PairWorld world;

  EndpointTest(Mode mode) {
    this.mode = mode;
    world = new PairWorld(3, mode);
  }

  @Test
  void theFirstDatagramArrivesAfterOneAndAHalfRoundTripsThoughItWasSentBeforeTheHandshake() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.send(flow, "hello");
    world.runFor(29);
    assertEquals(List.of(), world.server.delivered);
    world.runFor(2);
    assertEquals(List.of("0:hello"), world.server.delivered);
  }

  @Test
  void anAnswerThatTheTargetGivesAtOnceWaitsUntilTheAddressIsProven() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.server.echo = true;
    world.send(flow, "hello");
    world.runFor(100);
    assertEquals(List.of("0:hello"), world.client.delivered);
  }

  @Test
  void aRoundTripIsMeasuredToWhenTheAnswerArrivedNotToWhenItWasRead() {
    world.readLater(Side.CLIENT, 7);
    world.runFor(1000);
    PathReport path = world.session.report().paths().getFirst();
    assertEquals(20_000, (double) path.rttP50Micros(), 200);
  }

  @Test
  void eachDatagramIsCopiedToEveryPathAndDeliveredOnce() {
    world.runFor(1000);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    long before = world.packetsSent;
    world.send(flow, "a");
    assertEquals(before + 3, world.packetsSent);
    world.runFor(50);
    assertEquals(List.of("0:a"), world.server.delivered);
    SessionReport report = world.server.endpoint.sessions().get(0).report();
    assertEquals(2, report.duplicates());
  }

  /** Where it is to be sent again from, if need be: one behind the other. */
  @Test
  void aPacketIsMadeWhereItWillBeKept() {
    world.runFor(1000);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.send(flow, "a");
    int first = world.client.sentFrom;
    int length = world.client.packets.getLast().length;
    world.send(flow, "bc");
    assertEquals(first + length, world.client.sentFrom);
    world.runFor(50);
    assertEquals(List.of("0:a", "0:bc"), world.server.delivered);
  }

  @Test
  void whatAPlainPacketCarriesIsDeliveredWhereThePacketLies() {
    world.runFor(1000);
    world.send(world.client.endpoint.openFlow(world.now(), world.session), "a");
    world.runFor(50);
    assertEquals(List.of("0:a"), world.server.delivered);
    assertEquals(mode == Mode.PLAIN, world.server.isDeliveredInPlace);
  }

  @Test
  void anEmptyDatagramIsCarried() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.send(flow, "");
    world.runFor(100);
    assertEquals(List.of("0:"), world.server.delivered);
  }

  @Test
  void aPathThatGoesDarkIsDownAfterItsTimeOutAndBackInUseWithinASecond() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.server.echo = true;
    world.runFor(1000);
    world.dark(1, true);
    world.exchange(flow, 4000);
    assertEquals(List.of(true, false, true), world.pathsUp(world.client));
    assertEquals(List.of(true, false, true), world.pathsUp(world.server));
    world.dark(1, false);
    world.exchange(flow, 1000);
    assertEquals(List.of(true, true, true), world.pathsUp(world.client));
    assertEquals(List.of(true, true, true), world.pathsUp(world.server));
  }

  @Test
  void aRestartedServerIsFoundAgainAndTheFlowGoesOn() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.exchange(flow, 1000);
    world.restartServer();
    world.server.echo = true;
    world.exchange(flow, 1500);
    world.runFor(50);
    world.server.delivered.clear();
    world.client.delivered.clear();
    world.send(flow, "again");
    world.runFor(50);
    assertEquals(List.of(flow.id() + ":again"), world.server.delivered);
    assertEquals(List.of(flow.id() + ":again"), world.client.delivered);
  }

  @Test
  void aServerThatRestartsIsFoundAgainSoonThoughAnAnswerHadTakenLongBefore() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.exchange(flow, 1000);
    world.stall(Side.CLIENT, 20_000);
    world.stall(Side.SERVER, 20_000);
    world.runFor(260); // a PING on each path is on its way
    darken(true);
    world.runFor(19_700);
    darken(false);
    world.runFor(100);
    world.restartServer();
    world.exchange(flow, 5000);
    assertTrue(world.server.delivered.contains(flow.id() + ":datagram 4900"));
  }

  @Test
  void anAnswerThatComesAfterItsPathWasForgottenSendsNothingNowhere() {
    world.runFor(1000);
    world.dropEveryNth(0, Side.CLIENT, 1);
    world.runFor(58_000);
    world.dropEveryNth(0, Side.CLIENT, 0);
    world.stall(Side.SERVER, 12_000); // its last PING on path 0 will be answered too late
    world.runFor(11_900);
    assertNull(world.server.endpoint.sessions().get(0).path(0).remote());
    world.server.events.clear();
    world.runFor(15_000);
    assertEquals(List.of(true, true, true), world.pathsUp(world.server));
    assertTrue(world.server.said("PathUp"));
  }

  @Test
  void anAnswerToAHandshakeThatTheServerHasForgottenIsNoticedThoughTheServerStillSpeaks() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.exchange(flow, 1000);
    world.stall(Side.SERVER, 12_000);
    world.exchange(flow, 12_000);
    Flow atServer =
        world.server.endpoint.openFlow(world.now(), world.server.endpoint.sessions().get(0));
    for (int i = 0; i < 4000; i++) {
      world.server.endpoint.send(world.now(), atServer, ByteBuffer.allocate(1));
      world.exchange(flow, 1);
    }
    world.server.delivered.clear();
    world.send(flow, "again");
    world.runFor(50);
    assertTrue(world.server.delivered.contains(flow.id() + ":again"));
  }

  @Test
  void aServerThatClosesIsToldOfAndOpenedAgain() {
    world.runFor(100);
    world.server.endpoint.close();
    world.runFor(50);
    assertTrue(world.client.said("SessionClosed"));
    world.restartServer();
    world.runFor(1500);
    assertTrue(world.session.isOpen());
  }

  @Test
  void aSilentSessionExpiresAtTheServerWithItsFlows() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.exchange(flow, 1000);
    darken(true);
    world.runFor(61_000);
    assertEquals(0, world.server.endpoint.sessions().size());
    assertTrue(world.server.said("FlowClosed"));
    assertTrue(world.client.said("SessionSilent"));
  }

  @Test
  void whatDoesNotOpenMakesNoSession() {
    world.runFor(15); // the server has answered the handshake, and the answer is on its way
    ByteBuffer damaged = ByteBuffer.allocate(56);
    int epoch = Header.epoch(world.lastFromServer());
    for (int path = 0; path < 256; path++) {
      Header.putPath(damaged.clear(), true, world.session.id(), epoch, path, 0);
      InetSocketAddress source = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
      world.server.endpoint.onDatagram(world.now(), 0, source, damaged);
    }
    assertEquals(0, world.server.endpoint.sessions().size());
    world.runFor(50);
    assertEquals(1, world.server.endpoint.sessions().size());
  }

  @Test
  void aSuspensionIsNotTakenForARoundTrip() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.exchange(flow, 1025); // a PING has just left, every 250 ms after the 20 of the handshake
    world.suspend(30_000);
    world.exchange(flow, 1000);
    for (PathReport path : world.session.report().paths()) {
      assertEquals(20_000.0, (double) path.rttP99Micros(), 200);
    }
  }

  @Test
  void lossIsMeasuredEachWay() {
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.server.echo = true;
    world.exchange(flow, 500);
    world.dropEveryNth(0, Side.CLIENT, 5); // a fifth of what the client sends on path 0
    world.dropEveryNth(2, Side.SERVER, 5); // a fifth of what the server sends on path 2
    world.exchange(flow, 30_000);
    List<PathReport> paths = world.session.report().paths();
    assertEquals(0.2, paths.get(0).lossOut(), 0.01);
    assertEquals(0, paths.get(0).lossIn(), 0.001);
    assertEquals(0, paths.get(1).lossOut(), 0.001);
    assertEquals(0.2, paths.get(2).lossIn(), 0.02);
    List<PathReport> seen = world.server.endpoint.sessions().get(0).report().paths();
    assertEquals(0.2, seen.get(0).lossIn(), 0.01);
    assertEquals(0.2, seen.get(2).lossOut(), 0.02);
    assertEquals(20_000.0, (double) paths.get(1).rttP50Micros(), 200);
  }

  private void darken(boolean isDark) {
    for (int path = 0; path < 3; path++) {
      world.dark(path, isDark);
    }
  }
}
