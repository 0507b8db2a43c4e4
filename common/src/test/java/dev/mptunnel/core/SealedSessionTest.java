package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.core.PairWorld.Mode;
import dev.mptunnel.crypto.Client;
import dev.mptunnel.crypto.ClientDirectory;
import dev.mptunnel.crypto.ServerKeys;
import dev.mptunnel.crypto.StaticKeys;
import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import dev.mptunnel.wire.SessionId;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What keys, clients and restarts do to a sealed session, step by step; paths of 10 ms each way.
 */
class SealedSessionTest {

  private static final ServerKeys SERVER = ServerKeys.of(new byte[20]);
  private static final StaticKeys ALICE = StaticKeys.random(new SplittableRandom(5));
  private static final byte[] ALICES_PSK = new byte[32];

  private final ClientDirectory aliceIsInvited = directory(false);
  private final ClientDirectory aliceIsRevoked = directory(true);

  private static ClientDirectory directory(boolean revoked) {
    Client alice =
        new Client("alice", ALICE.publicKey(), ALICES_PSK, revoked, Set.of(), AccessRules.NONE);
    return key -> Arrays.equals(key, ALICE.publicKey()) ? alice : null;
  }

  private static SealedSecurity server(ClientDirectory clients) {
    return SealedSecurity.responder(SERVER, clients);
  }

  private static SealedSecurity client(StaticKeys own, byte[] psk) {
    return PairWorld.client(own, SERVER, psk);
  }

  @Test
  void aRestartedServerIsFoundWithinTwoRoundTripsOfTheFirstPacketThatItGets() {
    PairWorld world = new PairWorld(3, Mode.SEALED);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.exchange(flow, 1000);
    world.restartServer();
    world.server.echo = true;
    world.client.delivered.clear();
    world.exchange(flow, 52); // 10 to the server, 10 the hint, 20 the handshake, 10 the first
    assertFalse(world.server.delivered.isEmpty());
    world.exchange(flow, 10);
    assertFalse(world.client.delivered.isEmpty());
    assertFalse(world.client.said("SessionSilent"));
    assertEquals(
        List.of(Event.Opening.FIRST, Event.Opening.FOUND_AGAIN),
        world.client.events(Event.SessionOpened.class).stream()
            .map(Event.SessionOpened::opening)
            .toList());
  }

  /** What the old server sent last is heard for as long as what the new one says about us. */
  @Test
  void aHintThatComesTooSoonToBeBelievedIsNotForgotten() {
    PairWorld world = new PairWorld(3, Mode.SEALED);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.server.echo = true;
    world.exchange(flow, 1000);
    world.runFor(6);
    world.restartServer();
    world.runFor(36); // 10 to the last echo, 5 of silence, 20 the handshake
    assertEquals(
        Event.Opening.FOUND_AGAIN,
        world.client.events(Event.SessionOpened.class).getLast().opening());
  }

  @Test
  void whenAllPathsMoveTheAnswersFollowWithinTwoRoundTrips() {
    PairWorld world = new PairWorld(3, Mode.SEALED);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session, null, false);
    world.server.echo = true;
    world.exchange(flow, 1000);
    assertEquals(List.of(0, 0, 0), rebindings(world));
    world.rebindAll(100);
    world.exchange(flow, 21); // those that were on their way to the old addresses are lost
    world.client.delivered.clear();
    world.exchange(flow, 25);
    assertFalse(world.client.delivered.isEmpty());
    world.exchange(flow, 40); // the copies that come later teach nothing, but the client asks
    assertEquals(3, world.server.events(Event.PathMoved.class).size());
    assertEquals(List.of(1, 1, 1), rebindings(world), "which the client can tell");
  }

  private static List<Integer> rebindings(PairWorld world) {
    return IntStream.range(0, 3).mapToObj(id -> world.session.path(id).rebindings()).toList();
  }

  @Test
  void keysAreRenewedEveryTwoMinutesAndNothingIsLost() {
    PairWorld world = new PairWorld(2, Mode.SEALED);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.runFor(119_000);
    world.exchange(flow, 2000);
    world.runFor(100);
    assertEquals(2000, world.server.delivered.size());
    assertEquals(
        List.of(Event.Opening.FIRST, Event.Opening.RENEWED),
        world.client.events(Event.SessionOpened.class).stream()
            .map(Event.SessionOpened::opening)
            .toList());
  }

  @Test
  void keysDieAndASessionThatOutlivedThemIsOpenedAgain() {
    PairWorld world = new PairWorld(1, Mode.SEALED);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.runFor(1000);
    world.dark(0, true);
    world.runFor(179_500);
    assertFalse(world.session.isOpen());
    world.dark(0, false);
    world.runFor(2000);
    assertTrue(world.session.isOpen());
    world.send(flow, "awake");
    world.runFor(20);
    assertEquals(List.of("0:awake"), world.server.delivered);
  }

  @Test
  void anInvitedClientIsKnownByNameAndEndsWhenItIsRevoked() {
    SealedSecurity server = server(aliceIsInvited);
    PairWorld world = new PairWorld(2, client(ALICE, ALICES_PSK), server);
    world.runFor(100);
    assertEquals("alice", world.server.endpoint.sessions().get(0).clientName());

    server.clients(aliceIsRevoked);
    world.server.endpoint.reviewClients();
    world.runFor(20);
    assertEquals(0, world.server.endpoint.sessions().size());
    assertFalse(world.session.isOpen());
    assertEquals(
        CloseReason.REVOKED, world.client.events(Event.SessionClosed.class).getFirst().reason());

    world.runFor(15_000); // it asks again, and is told again
    assertEquals(
        List.of(Refusal.REVOKED),
        world.client.events(Event.SessionRefused.class).stream()
            .map(Event.SessionRefused::refusal)
            .toList());
    assertEquals("alice", world.server.events(Event.StrangerRefused.class).getFirst().name());

    server.clients(aliceIsInvited);
    world.runFor(15_000);
    assertTrue(world.session.isOpen());
  }

  @Test
  void aClientWhomTheClientsFileDoesNotHaveIsNotLetInAndBothSidesAreTold() {
    PairWorld world = new PairWorld(2, client(ALICE, ALICES_PSK), server(key -> null));
    world.runFor(20_000);
    assertEquals(0, world.server.endpoint.sessions().size());
    assertEquals(
        Refusal.UNKNOWN_CLIENT,
        world.client.events(Event.SessionRefused.class).getFirst().refusal());
    assertEquals(
        Refusal.UNKNOWN_CLIENT,
        world.server.events(Event.StrangerRefused.class).getFirst().refusal());
  }

  @Test
  void whoHasNoKeyOrAnotherOneIsNotAnsweredAndTheServerIsTold() {
    ServerKeys other = ServerKeys.of("another secret of 20".getBytes(StandardCharsets.US_ASCII));
    Security wrong = PairWorld.client(ALICE, other, other.sharedPsk());
    assertRefused(wrong, server(key -> null), Refusal.OTHER_SECRET);
    assertRefused(PairWorld.client(Mode.SEALED), server(key -> null), Refusal.NO_SECRET);
    assertRefused(new PlainSecurity(), server(key -> null), Refusal.PLAIN);
    assertRefused(wrong, new PlainSecurity(), Refusal.SEALED);
  }

  private static void assertRefused(Security client, Security server, Refusal refusal) {
    PairWorld world = new PairWorld(2, client, server);
    world.runFor(5_000);
    assertEquals(null, world.lastFromServer(), refusal + ": the server is silent");
    assertTrue(world.client.said("SessionSilent"), refusal::toString);
    List<Event.StrangerRefused> told = world.server.events(Event.StrangerRefused.class);
    assertEquals(List.of(refusal), told.stream().map(Event.StrangerRefused::refusal).toList());
  }

  @Test
  void aClientThatHasAsManySessionsAsItMayIsToldUnlessOneOfThemIsSilent() {
    PairWorld world = new PairWorld(1, client(ALICE, ALICES_PSK), server(aliceIsInvited));
    world.runFor(100);
    Session second = open(world);
    Session third = open(world); // PairWorld allows two
    world.runFor(20_000);
    assertTrue(second.isOpen());
    assertFalse(third.isOpen());
    assertEquals(Refusal.FULL, world.client.events(Event.SessionRefused.class).get(0).refusal());

    world.restartClient();
    Session fourth = open(world);
    assertFalse(fourth.isOpen());
    world.runFor(30_000); // meanwhile those of the process that is gone have been silent
    assertTrue(fourth.isOpen());
    assertEquals(2, world.server.endpoint.sessions().size());
  }

  @Test
  void whoWasRefusedForWantOfRoomIsInSoonAfterThereIsSome() {
    SealedSecurity server = server(aliceIsInvited);
    PairWorld world = new PairWorld(1, client(ALICE, ALICES_PSK), server);
    world.runFor(100);
    open(world);
    world.client.endpoint.close(); // the two that PairWorld allows end within a second
    world.restartClient();
    Session third = open(world);
    assertFalse(third.isOpen());
    world.runFor(3_000);
    assertTrue(third.isOpen());
  }

  /** Engines hand packets over where the kernel put them, in the middle of memory of its own. */
  @Test
  void whatDoesNotOpenIsCountedInWhateverMemoryItComes() {
    PairWorld world = new PairWorld(1, client(ALICE, SERVER.sharedPsk()), server(key -> null));
    world.runFor(100);
    InetSocketAddress stranger = new InetSocketAddress("192.0.2.1", 1);
    int epoch = world.session.epochs().current().number();
    for (ByteBuffer memory : List.of(ByteBuffer.allocate(300), ByteBuffer.allocateDirect(300))) {
      ByteBuffer packet = memory.position(100).limit(200);
      Header.putData(packet, true, world.session.id(), epoch, 1_000);
      world.server.endpoint.onDatagram(world.now(), 0, stranger, packet);
    }
    assertEquals(2, world.server.endpoint.counters().damaged());
  }

  /** Somebody who sees the session's id opens a handshake for it before its owner is in. */
  @Test
  void nobodyElseEntersASessionThoughHeWasAnsweredBeforeItWasOpen() {
    byte[] psk = SERVER.sharedPsk();
    PairWorld world = new PairWorld(2, client(ALICE, psk), server(key -> null));
    StaticKeys bob = StaticKeys.random(new SplittableRandom(6));
    Intruder intruder = new Intruder(world, client(bob, psk), world.session.id());
    world.runFor(100);
    intruder.confirm();
    assertEquals(List.of(), world.server.delivered);
    assertEquals(1, world.server.events(Event.SessionOpened.class).size());
    assertEquals(1, world.server.endpoint.counters().damaged());
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session);
    world.send(flow, "mine");
    world.runFor(20);
    assertEquals(List.of("0:mine"), world.server.delivered);
  }

  @Test
  void whoWasAnsweredBeforeHeWasRevokedDoesNotComeIn() {
    SealedSecurity server = server(aliceIsInvited);
    PairWorld world = new PairWorld(2, client(ALICE, ALICES_PSK), server);
    world.runFor(100);
    long other = new SessionId(server.macKey()).create(new SplittableRandom(7));
    Intruder intruder = new Intruder(world, client(ALICE, ALICES_PSK), other);
    server.clients(aliceIsRevoked);
    world.server.endpoint.reviewClients();
    intruder.confirm();
    assertEquals(List.of(), world.server.delivered);
    assertEquals(0, world.server.endpoint.sessions().size());
  }

  /** Anyone who knows the server's public key can make one. */
  @Test
  void anAnswerInAnotherVersionDoesNotKeepTheRightOneOut() {
    SealedSecurity security = client(ALICE, SERVER.sharedPsk());
    PairWorld world = new PairWorld(2, security, server(key -> null));
    world.runFor(1);
    byte[] head = Arrays.copyOf(world.client.packets.getFirst(), Handshake.HEAD_BYTES);
    ByteBuffer init = ByteBuffer.wrap(head);
    byte[] other =
        Handshake.head(
            PacketType.encode(PacketType.HANDSHAKE_RESPONSE, false),
            Header.sessionId(init),
            Header.epoch(init),
            Handshake.VERSION + 1,
            Handshake.mode(init));
    ByteBuffer packet = ByteBuffer.allocate(100);
    new HandshakeMacs(security.macKey()).putResponse(packet, other, 0);
    world.inject(world.client, 0, Arrays.copyOf(packet.array(), packet.limit()));
    assertTrue(world.client.said("SessionRefused"));
    world.runFor(30);
    assertTrue(world.session.isOpen());
  }

  @Test
  void aSessionThatEndsTwiceIsForgottenOnce() {
    SealedSecurity server = server(aliceIsInvited);
    PairWorld world = new PairWorld(2, client(ALICE, ALICES_PSK), server);
    world.runFor(100);
    world.client.endpoint.close();
    world.runFor(20); // the server waits for what comes late
    server.clients(aliceIsRevoked);
    world.server.endpoint.reviewClients();
    world.runFor(3_000);
    assertEquals(1, world.server.events(Event.SessionClosed.class).size());
  }

  @Test
  void flowsAreOpenedNoFasterThanTheServerBears() {
    PairWorld world = new PairWorld(2, Mode.SEALED);
    world.runFor(100);
    int most = EndpointSettings.defaults(true).maxFlows();
    for (int i = 0; i < 3 * most; i++) {
      world.send(world.client.endpoint.openFlow(world.now(), world.session), "first");
    }
    world.runFor(100);
    int opened = world.server.events(Event.FlowOpened.class).size();
    assertTrue(opened >= most && opened < most + 2, opened + " flows");
    assertEquals(3L * most - opened, world.server.endpoint.counters().flowsWithheld());
    world.send(world.client.endpoint.openFlow(world.now(), world.session), "later");
    world.runFor(20);
    assertEquals(opened + 1, world.server.events(Event.FlowOpened.class).size());
  }

  /** Somebody who has had a handshake answered, and then comes in with its keys. */
  private static final class Intruder {

    private static final int EPOCH = 9;

    private final PairWorld world;
    private final long sessionId;
    private final Security.Established established;

    Intruder(PairWorld world, SealedSecurity security, long sessionId) {
      this.world = world;
      this.sessionId = sessionId;
      SplittableRandom random = new SplittableRandom(8);
      byte type = PacketType.encode(PacketType.HANDSHAKE_INIT, true);
      byte[] head =
          Handshake.head(type, sessionId, EPOCH, Handshake.VERSION, Handshake.MODE_AES_256);
      Security.Initiation initiation = security.initiate(head, random);
      ByteBuffer init = ByteBuffer.allocate(300);
      byte[] message = Handshake.message(head, initiation.body());
      new HandshakeMacs(security.macKey()).putInit(init, message, null);
      world.inject(world.server, 0, Arrays.copyOf(init.array(), init.limit()));
      ByteBuffer response = ByteBuffer.wrap(world.server.packets.getLast());
      byte[] answer = Handshake.message(response, Handshake.RESPONSE_TRAILER_BYTES);
      established = initiation.read(Handshake.body(answer));
      assertEquals(HandshakeStatus.WELCOME, established.status());
    }

    void confirm() {
      ByteBuffer packet = ByteBuffer.allocate(100).position(Header.LENGTH);
      DataFrames.putDatagram(packet, 0, ByteBuffer.wrap(new byte[] {'b'}));
      packet.flip();
      Header.putData(packet, true, sessionId, EPOCH, 0);
      established.protection().seal(packet);
      world.inject(world.server, 0, Arrays.copyOf(packet.array(), packet.limit()));
    }
  }

  private static Session open(PairWorld world) {
    Session session = world.client.endpoint.open(world.now(), List.of(path(world)));
    world.runFor(100);
    return session;
  }

  private static Endpoint.PathSpec path(PairWorld world) {
    return new Endpoint.PathSpec("p", 0, world.session.path(0).remote());
  }
}
