package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.core.PairWorld.End;
import dev.mptunnel.core.PairWorld.Mode;
import dev.mptunnel.crypto.Client;
import dev.mptunnel.crypto.ServerKeys;
import dev.mptunnel.crypto.StaticKeys;
import dev.mptunnel.wire.About;
import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.Limits;
import dev.mptunnel.wire.PacketType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Flows to targets with names: what is said of them, when, and what is refused. */
class NamedFlowsTest {

  private static final ServerKeys SERVER = ServerKeys.of(new byte[20]);
  private static final StaticKeys ALICE = StaticKeys.random(new SplittableRandom(5));
  private static final byte[] ALICES_PSK = new byte[32];

  private static final TargetNames OFFER = new TargetNames(true, Set.of("wg", "vpn"));

  /** Bytes of a DATA packet with a DATAGRAM, without name and payload: header, frame, check sum. */
  private static final int OVERHEAD = Header.LENGTH + DataFrames.ORDERED_OVERHEAD_BYTES + 4;

  private final PairWorld world = world(new PairWorld(1, Mode.PLAIN), OFFER);

  private static PairWorld world(PairWorld world, TargetNames offer) {
    world.server.endpoint.offer(offer);
    return world;
  }

  private static Flow flow(PairWorld world, String target) {
    return world.client.endpoint.openFlow(world.now(), world.session, target, true);
  }

  /** How much the newest DATA packet of the client is longer than its DATAGRAM of one byte. */
  private int saidBefore() {
    byte[] last =
        world.client.packets.stream()
            .filter(packet -> PacketType.type(packet[0]) == PacketType.DATA)
            .reduce((_, newer) -> newer)
            .orElseThrow();
    return last.length - OVERHEAD - 1;
  }

  private void send(Flow flow) {
    world.send(flow, "x");
  }

  private static List<String> targets(End end) {
    return end.events(Event.FlowOpened.class).stream()
        .map(opened -> opened.flow().target())
        .toList();
  }

  private static List<String> refusals(End end) {
    return end.events(Event.TargetRefused.class).stream()
        .map(event -> event.target() + " " + event.refusal())
        .toList();
  }

  @Test
  void whatTheServerIsMayBeAskedByAll() {
    world.runFor(1000);
    send(flow(world, About.TARGET));
    world.runFor(1000);
    assertEquals(List.of(About.TARGET), targets(world.server));
    assertEquals(List.of(), refusals(world.client));
  }

  @Test
  void theNameIsSaidUntilSomethingComesBackAndThenOnceASecond() {
    world.runFor(1000);
    Flow flow = flow(world, "wg");
    assertEquals(Limits.FIRST_NAMED_FLOW, flow.id());
    int open = DataFrames.OPEN_OVERHEAD_BYTES + 2;
    for (int i = 0; i < 30; i++) {
      send(flow);
      assertEquals(open, saidBefore());
      world.runFor(100);
    }
    assertEquals(List.of("wg"), targets(world.server));
    world.server.echo = true;
    send(flow);
    world.runFor(30);
    assertEquals(1, world.client.delivered.size());
    int said = 0;
    for (int i = 0; i < 50; i++) {
      send(flow);
      said += saidBefore() == 0 ? 0 : 1;
      world.runFor(100);
    }
    assertEquals(4, said);
    world.runFor(1000);
    send(flow);
    assertEquals(open, saidBefore());
    send(flow);
    assertEquals(0, saidBefore(), "at the same moment, as what one call of the kernel brings");
    world.runFor(100);
    assertEquals(83, world.server.delivered.size());
    assertEquals(List.of("wg"), targets(world.server));
  }

  @Test
  void aFlowOfTheFixedTargetSaysNothing() {
    world.runFor(1000);
    Flow flow = flow(world, null);
    assertEquals(0, flow.id());
    send(flow);
    assertEquals(0, saidBefore());
  }

  @Test
  void theNameTakesRoomFromWhatTravelsWhole() {
    world.runFor(1000);
    int room = world.session.report().roomBytes();
    assertEquals(1, packetsFor(flow(world, null), room));
    assertEquals(2, packetsFor(flow(world, null), room + 1));
    assertEquals(1, packetsFor(flow(world, "wg"), room - 7));
    assertEquals(2, packetsFor(flow(world, "wg"), room - 6));
    world.runFor(20);
    assertEquals(4, world.server.delivered.size());
  }

  /** Any piece may be the first that arrives, and without a name it would be dropped. */
  @Test
  void eachPieceOfADatagramSaysTheNameAndWhatLeavesWithItIsWhole() {
    Flow flow = flow(world, "wg");
    world.server.echo = true;
    world.exchange(flow, 1000);
    world.runFor(1000);
    int room = world.session.report().roomBytes();
    assertEquals(List.of(true, true), namesItIn(packetsOf(flow, room)));
    assertEquals(List.of(false), namesItIn(packetsOf(flow, room)));
    assertEquals(List.of(false, false), namesItIn(packetsOf(flow, room + 1)));
  }

  private static List<Boolean> namesItIn(List<byte[]> packets) {
    int at = Header.LENGTH + DataFrames.OPEN_OVERHEAD_BYTES;
    return packets.stream().map(each -> each[at] == 'w' && each[at + 1] == 'g').toList();
  }

  /** How many different packets a datagram of this length makes. */
  private int packetsFor(Flow flow, int bytes) {
    return packetsOf(flow, bytes).size();
  }

  private List<byte[]> packetsOf(Flow flow, int bytes) {
    int before = world.client.packets.size();
    world.client.endpoint.send(world.now(), flow, ByteBuffer.allocate(bytes));
    return world.client.packets.stream()
        .skip(before)
        .map(ByteBuffer::wrap)
        .distinct()
        .map(ByteBuffer::array)
        .toList();
  }

  @Test
  void anOpenHoldsForItsPacketOnly() {
    world.runFor(1000);
    send(flow(world, "wg"));
    world.runFor(20);
    Session session = world.server.endpoint.sessions().getFirst();
    world.server.endpoint.offer(new TargetNames(true, Set.of()));
    session.review(null);
    world.server.endpoint.offer(OFFER);
    ByteBuffer frames = ByteBuffer.allocate(100);
    DataFrames.putDatagram(frames, Limits.FIRST_NAMED_FLOW, ByteBuffer.allocate(1));
    assertTrue(session.onData(world.now(), session.epochs().current(), 0, null, 0, frames.flip()));
    assertEquals(1, world.server.delivered.size());
  }

  @Test
  void theFirstPacketsMayBeLostOrComeLate() {
    world.runFor(1000);
    Flow flow = flow(world, "wg");
    world.dark(0, true);
    send(flow);
    send(flow);
    world.dark(0, false);
    send(flow);
    world.runFor(20);
    assertEquals(List.of(flow.id() + ":x"), world.server.delivered);
    assertEquals(List.of("wg"), targets(world.server));
  }

  @Test
  void withoutItsNameAFlowIsNeverOpened() {
    world.runFor(1000);
    Flow flow = flow(world, "wg");
    flow.setAnswered(true);
    flow.setIntroduced(world.now() - 1);
    send(flow);
    world.runFor(20);
    assertEquals(List.of(), world.server.delivered);
    assertEquals(1, world.server.endpoint.counters().flowsUnnamed());
    flow.setAnswered(false);
    send(flow);
    world.runFor(20);
    assertEquals(1, world.server.delivered.size());
  }

  @Test
  void aServerThatForgotTheFlowLearnsItWithinASecond() {
    Flow flow = flow(world, "wg");
    world.server.echo = true;
    world.exchange(flow, 1000);
    world.server.endpoint.offer(new TargetNames(true, Set.of("vpn")));
    Session session = world.server.endpoint.sessions().getFirst();
    session.review(null);
    world.server.endpoint.offer(OFFER);
    assertEquals(1, world.server.events(Event.FlowClosed.class).size());
    world.server.delivered.clear();
    world.exchange(flow, 1000);
    assertTrue(world.server.delivered.contains(flow.id() + ":datagram 970"));
    assertEquals(List.of("wg", "wg"), targets(world.server));
    assertEquals(List.of(), refusals(world.client));
  }

  @Test
  void aRestartedServerLearnsWhereTheFlowLeads() {
    Flow flow = flow(world, "wg");
    world.server.echo = true;
    world.exchange(flow, 1500); // the next name is due in half a second
    world.restartServer();
    world(world, OFFER);
    world.exchange(flow, 100);
    assertEquals(List.of("wg"), targets(world.server));
    assertTrue(world.server.delivered.contains(flow.id() + ":datagram 80"));
  }

  @Test
  void aFlowThatIsKnownUnderAnotherNameIsClosedAndOpenedAnew() {
    world.runFor(1000);
    send(flow(world, "wg"));
    world.runFor(20);
    Flow known = world.server.events(Event.FlowOpened.class).getFirst().flow();
    send(new Flow(world.session, known.id(), "vpn", world.now()));
    world.runFor(20);
    assertEquals(List.of("wg", "vpn"), targets(world.server));
    assertEquals(
        List.of(known),
        world.server.events(Event.FlowClosed.class).stream().map(Event.FlowClosed::flow).toList());
    assertEquals(2, world.server.delivered.size());
  }

  @Test
  void whatIsNotThereIsRefusedAndToldOnceUntilItIs() {
    Flow none = flow(world, "none");
    world.exchange(none, 5000);
    assertEquals(List.of(), world.server.delivered);
    assertEquals(List.of("none UNKNOWN"), refusals(world.client));
    assertEquals(List.of("none UNKNOWN"), refusals(world.server));
    assertTrue(world.server.endpoint.counters().flowsRefused() > 4_900);

    world.server.endpoint.offer(new TargetNames(true, Set.of("none")));
    world.server.echo = true;
    world.exchange(none, 1000);
    assertFalse(world.client.delivered.isEmpty());
    world.server.endpoint.offer(OFFER);
    world.server.endpoint.sessions().getFirst().review(null);
    world.exchange(none, 2500);
    assertEquals(List.of("none UNKNOWN", "none UNKNOWN"), refusals(world.client));
    assertEquals(List.of("none UNKNOWN"), refusals(world.server), "our side: once a while");

    world.server.endpoint.offer(new TargetNames(true, Set.of("none")));
    world.client.delivered.clear();
    world.exchange(none, 50);
    assertFalse(world.client.delivered.isEmpty(), "the name is in every packet again");
    world.server.endpoint.offer(OFFER);
    world.server.endpoint.sessions().getFirst().review(null);
    world.exchange(none, 61_000);
    assertEquals(3, refusals(world.client).size());
    assertEquals(2, refusals(world.server).size());
  }

  /** One that asks with every datagram leaves room for one that asks seldom. */
  @Test
  void allThatIsRefusedIsToldInOnePacketASecond() {
    Flow busy = flow(world, "busy");
    Flow seldom = flow(world, "seldom");
    world.runFor(1000);
    long before = world.server.packets.stream().filter(NamedFlowsTest::isData).count();
    for (int i = 0; i < 4; i++) {
      world.exchange(busy, 500);
      send(seldom);
      world.exchange(busy, 500);
    }
    assertEquals(List.of("busy UNKNOWN", "seldom UNKNOWN"), refusals(world.client));
    long answers = world.server.packets.stream().filter(NamedFlowsTest::isData).count() - before;
    assertTrue(answers >= 3 && answers <= 5, answers + " answers in 4 s");
  }

  private static boolean isData(byte[] packet) {
    return PacketType.type(packet[0]) == PacketType.DATA;
  }

  @Test
  void aServerWithoutAFixedTargetRefusesFlowsThatNameNone() {
    world(world, new TargetNames(false, Set.of("wg")));
    world.exchange(flow(world, null), 1000);
    assertEquals(List.of(), world.server.delivered);
    assertEquals(List.of("null UNKNOWN"), refusals(world.client));
  }

  @Test
  void namesThatAPeerMakesUpDoNotFillTheLog() {
    world.runFor(1000);
    for (int i = 0; i < 200; i++) {
      send(flow(world, "made-up-" + i));
      world.runFor(1);
    }
    assertEquals(CoreLimits.REFUSED_TARGETS_TOLD, refusals(world.server).size());
  }

  @Test
  void aFlowIsOpenedOnlyByWhoOpenedTheSession() {
    world.runFor(1000);
    ByteBuffer frames = ByteBuffer.allocate(100);
    DataFrames.putOpen(frames, 40_000, "wg");
    DataFrames.putDatagram(frames, 40_000, ByteBuffer.allocate(1));
    Epoch epoch = world.session.epochs().current();
    assertTrue(world.session.onData(world.now(), epoch, 0, null, 0, frames.flip()));
    assertEquals(List.of(), world.client.delivered);
    assertEquals(List.of(), targets(world.client));
  }

  @Test
  void theTwoKindsOfFlowsHaveIdsOfTheirOwn() {
    FlowTable flows = new FlowTable(world.session, 3);
    for (int i = 0; i < 2 * Limits.MAX_FLOWS + 10; i++) {
      flows.evictIfFull();
      assertEquals(i % Limits.MAX_FLOWS, flows.open(null, i).id());
      flows.evictIfFull();
      assertEquals(Limits.FIRST_NAMED_FLOW + i % Limits.MAX_FLOWS, flows.open("wg", i).id());
    }
  }

  @Test
  void destinationsMakeRoomBeforeTargetsDo() {
    FlowTable flows = new FlowTable(world.session, 3);
    final Flow vpn = flows.open(null, 1);
    final Flow older = flows.open("a.test:1", 2);
    final Flow newer = flows.open("[2001:db8::1]:2", 3);
    assertEquals(older, flows.evictIfFull());
    flows.open("wg", 4);
    assertEquals(newer, flows.evictIfFull());
    flows.open("voice", 5);
    assertEquals(vpn, flows.evictIfFull(), "there is no other");
  }

  @Test
  void aRefusedDestinationKeepsNoPlace() {
    Flow target = flow(world, "none");
    Flow destination = flow(world, "a.test:443");
    world.exchange(target, 1500);
    world.exchange(destination, 1500);
    assertEquals(List.of("none UNKNOWN", "a.test:443 NOT_ALLOWED"), refusals(world.client));
    assertEquals(
        List.of(destination),
        world.client.events(Event.FlowClosed.class).stream().map(Event.FlowClosed::flow).toList());
  }

  // --- clients that were invited ---

  private static SealedSecurity server(String... targets) {
    return SealedSecurity.responder(SERVER, key -> alice(key, targets));
  }

  private static Client alice(byte[] key, String... targets) {
    return Arrays.equals(key, ALICE.publicKey())
        ? new Client(
            "alice", ALICE.publicKey(), ALICES_PSK, false, Set.of(targets), AccessRules.NONE)
        : null;
  }

  private static PairWorld world(SealedSecurity server) {
    return world(new PairWorld(1, PairWorld.client(ALICE, SERVER, ALICES_PSK), server), OFFER);
  }

  @Test
  void oneAccountPaysForAllSessionsOfAClient() {
    Rights invited = new Rights(alice(ALICE.publicKey(), "wg"));
    assertEquals(invited.account(1), new Rights(alice(ALICE.publicKey())).account(2));
    Rights uninvited = new Rights(null);
    assertEquals(uninvited.account(1), uninvited.account(1));
    assertNotEquals(uninvited.account(1), uninvited.account(2));
  }

  @Test
  void whoMayUseSomeTargetsIsRefusedTheOthers() {
    PairWorld sealed = world(server("wg"));
    for (String target : Arrays.asList("wg", "vpn", "none", null)) {
      sealed.exchange(flow(sealed, target), 1100);
    }
    assertEquals(List.of("wg"), targets(sealed.server));
    List<String> refused = List.of("vpn NOT_ALLOWED", "none NOT_ALLOWED", "null NOT_ALLOWED");
    assertEquals(refused, refusals(sealed.client));
    assertEquals(refused, refusals(sealed.server));
  }

  @Test
  void whoMayUseTheFixedTargetOnlyIsRefusedTheOthers() {
    PairWorld sealed = world(server("fixed"));
    sealed.exchange(flow(sealed, "wg"), 1100);
    sealed.exchange(flow(sealed, null), 100);
    assertEquals(List.of("wg NOT_ALLOWED"), refusals(sealed.client));
    assertEquals(Arrays.asList((String) null), targets(sealed.server));
  }

  @Test
  void flowsThatAreNotAllowedAnyMoreEnd() {
    SealedSecurity server = server();
    PairWorld sealed = world(server);
    sealed.server.echo = true;
    Flow wg = flow(sealed, "wg");
    Flow fixed = flow(sealed, null);
    sealed.exchange(wg, 1000);
    sealed.exchange(fixed, 1000);
    server.clients(key -> alice(key, "wg"));
    sealed.server.endpoint.reviewClients();
    assertEquals(
        Arrays.asList((String) null),
        sealed.server.events(Event.FlowClosed.class).stream()
            .map(closed -> closed.flow().target())
            .toList());
    sealed.server.delivered.clear();
    sealed.exchange(fixed, 100);
    sealed.exchange(wg, 100);
    assertEquals(List.of("null NOT_ALLOWED"), refusals(sealed.client));
    assertTrue(sealed.server.delivered.stream().allMatch(text -> text.startsWith(wg.id() + ":")));
    assertEquals(1, sealed.server.events(Event.SessionOpened.class).size());
  }

  @Test
  void whatChangedWhileAClientWasComingInHolds() {
    SealedSecurity server = server();
    PairWorld sealed = world(server);
    Flow wg = flow(sealed, "wg");
    sealed.send(wg, "x");
    sealed.runFor(15); // the handshake has been answered, and is not confirmed
    assertEquals(0, sealed.server.endpoint.sessions().size());
    server.clients(key -> alice(key, "vpn"));
    sealed.server.endpoint.reviewClients();
    sealed.exchange(wg, 100);
    assertEquals(1, sealed.server.endpoint.sessions().size());
    assertEquals(List.of(), targets(sealed.server));
  }
}
