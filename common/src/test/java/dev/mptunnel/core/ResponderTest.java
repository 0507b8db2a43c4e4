package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.crypto.ServerKeys;
import dev.mptunnel.crypto.StaticKeys;
import dev.mptunnel.wire.Cookie;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.Hint;
import dev.mptunnel.wire.PacketType;
import dev.mptunnel.wire.SessionId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a server says to packets that somebody made who knows its public key, and nothing else. */
class ResponderTest {

  private static final ServerKeys SERVER = PairWorld.WELL_KNOWN;
  private static final long SECOND = 1_000_000_000L;

  private final SplittableRandom random = new SplittableRandom(7);
  private final Security outsider =
      PairWorld.client(StaticKeys.random(random), SERVER, new byte[32]); // not the psk
  private final HandshakeMacs macs = new HandshakeMacs(outsider.macKey());
  private final SessionId ids = new SessionId(outsider.macKey());
  private final List<byte[]> sent = new ArrayList<>();
  private final List<Event> events = new ArrayList<>();
  private final Endpoint server =
      new Endpoint(
          EndpointSettings.defaults(true),
          SealedSecurity.responder(SERVER, key -> null),
          random,
          new Output() {
            @Override
            public void transmit(int port, InetSocketAddress remote, ByteBuffer packet) {
              sent.add(Handshake.bytes(packet, 0, packet.remaining()));
            }

            @Override
            public void deliver(Flow flow, ByteBuffer payload) {
              throw new AssertionError("delivered");
            }

            @Override
            public void event(Event event) {
              events.add(event);
            }
          });
  private long now = SECOND;

  private static InetSocketAddress address(int number) {
    try {
      byte[] bytes = ByteBuffer.allocate(4).putInt(0x0a00_0000 | number).array();
      return new InetSocketAddress(InetAddress.getByAddress(bytes), 1_000);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private ByteBuffer init(int version, byte[] cookie) {
    return init(version, cookie, ids.create(random));
  }

  private ByteBuffer init(int version, byte[] cookie, long id) {
    byte type = PacketType.encode(PacketType.HANDSHAKE_INIT, true);
    byte[] head = Handshake.head(type, id, 1, version, Handshake.MODE_AES_256);
    ByteBuffer packet = ByteBuffer.allocate(300);
    macs.putInit(packet, Handshake.message(head, outsider.initiate(head, random).body()), cookie);
    return packet;
  }

  private void receive(int from, ByteBuffer packet) {
    server.onDatagram(now, 0, address(from), packet);
  }

  private int lastType() {
    return PacketType.type(sent.getLast()[0]);
  }

  @Test
  void anInitOfAnotherVersionIsAnsweredWithOursAndNoBody() {
    ByteBuffer packet = init(2, null);
    receive(1, packet);
    ByteBuffer answer = ByteBuffer.wrap(sent.getLast());
    assertEquals(PacketType.HANDSHAKE_RESPONSE, lastType());
    assertEquals(Handshake.VERSION, Handshake.version(answer));
    assertEquals(Handshake.HEAD_BYTES + Handshake.RESPONSE_TRAILER_BYTES, answer.remaining());
    assertTrue(macs.isResponse(answer));
    assertEquals(
        new Event.StrangerRefused(address(1), Refusal.OTHER_VERSION, null), events.getFirst());
  }

  @Test
  void copiesOfAnInitCostOneHandshake() {
    ByteBuffer packet = init(Handshake.VERSION, null);
    for (int path = 0; path < 3; path++) {
      receive(path, packet.duplicate());
    }
    assertEquals(1, server.counters().handshakesAnswered());
    assertEquals(3, sent.size());
    int body = sent.get(0).length - Handshake.RESPONSE_TRAILER_BYTES;
    assertEquals(
        ByteBuffer.wrap(sent.get(0), 0, body),
        ByteBuffer.wrap(sent.get(2), 0, body),
        "the same answer, but for the address token");
  }

  @Test
  void whenThereAreManyWhoeverShowsACookieIsAnsweredFirst() {
    int flood = 2_000; // of one moment, each from another address, and never seen again
    for (int i = 0; i < flood; i++) {
      receive(i, init(Handshake.VERSION, null));
    }
    long answered = server.counters().handshakesAnswered();
    assertEquals(CoreLimits.HANDSHAKE_BURST / 2.0, (double) answered, 1);
    assertEquals(PacketType.COOKIE, lastType());
    assertTrue(sent.getLast().length == Cookie.LENGTH);

    ByteBuffer honest = init(Handshake.VERSION, null);
    receive(flood, honest.duplicate());
    byte[] message = Handshake.message(honest, Handshake.INIT_TRAILER_BYTES);
    byte[] cookie = macs.openCookie(ByteBuffer.wrap(sent.getLast()), message);
    ByteBuffer again = ByteBuffer.allocate(300);
    macs.putInit(again, message, cookie);
    receive(flood + 1, again.duplicate());
    assertEquals(PacketType.COOKIE, lastType(), "a cookie is of one address");
    receive(flood, again);
    assertEquals(PacketType.HANDSHAKE_RESPONSE, lastType());
  }

  @Test
  void oneAddressDoesNotUseUpWhatAllMayHave() {
    byte[] cookie = null;
    for (int i = 0; i < 2_000; i++) {
      ByteBuffer packet = init(Handshake.VERSION, cookie);
      receive(1, packet);
      now += SECOND / 1_000;
    }
    assertTrue(server.counters().handshakesAnswered() <= 100 + 2 * 100 + 1);
    int before = sent.size();
    receive(2, init(Handshake.VERSION, null));
    assertEquals(before + 1, sent.size());
    assertEquals(PacketType.HANDSHAKE_RESPONSE, lastType());
  }

  @Test
  void oneAddressWithACookieDoesNotUseUpWhatIsKeptForOthers() {
    for (int i = 0; i < CoreLimits.HANDSHAKE_BURST; i++) {
      receive(100 + i, init(Handshake.VERSION, null));
    }
    byte[] attackers = cookieOf(1);
    byte[] honest = cookieOf(2);
    for (int i = 0; i < CoreLimits.HANDSHAKE_BURST; i++) {
      receive(1, init(Handshake.VERSION, attackers));
    }
    int before = sent.size();
    receive(2, init(Handshake.VERSION, honest));
    assertEquals(before + 1, sent.size());
    assertEquals(PacketType.HANDSHAKE_RESPONSE, lastType());
  }

  @Test
  void whoPretendsToBeAtAnAddressDoesNotUseUpWhatItsOwnerMayHave() {
    InetAddress bridge = address(1).getAddress();
    for (int i = 0; i < CoreLimits.HANDSHAKE_BURST; i++) {
      InetSocketAddress pretended = new InetSocketAddress(bridge, 2_000 + i);
      server.onDatagram(now, 0, pretended, init(Handshake.VERSION, null));
    }
    receive(1, init(Handshake.VERSION, cookieOf(1)));
    assertEquals(PacketType.HANDSHAKE_RESPONSE, lastType());
  }

  /** The cookie that an address is sent when there are many. */
  private byte[] cookieOf(int from) {
    ByteBuffer packet = init(Handshake.VERSION, null);
    receive(from, packet.duplicate());
    byte[] message = Handshake.message(packet, Handshake.INIT_TRAILER_BYTES);
    return macs.openCookie(ByteBuffer.wrap(sent.getLast()), message);
  }

  @Test
  void aSourceGetsNoMoreAnswersThanItMay() {
    ByteBuffer packet = init(Handshake.VERSION, null);
    for (int i = 0; i < 1_000; i++) {
      receive(1, packet.duplicate());
    }
    assertEquals(40, sent.size());
    assertEquals(960, server.counters().repliesWithheld());
    now += SECOND;
    for (int i = 0; i < 1_000; i++) {
      receive(1, packet.duplicate());
    }
    assertEquals(60, sent.size());
  }

  @Test
  void hintsToDataLeaveRoomForTheAnswerToAHandshake() {
    long id = ids.create(random);
    for (int i = 0; i < 1_000; i++) { // a client under load, whose server has been restarted
      ByteBuffer data = ByteBuffer.allocate(60);
      Header.putData(data, true, id, 1, i);
      receive(1, data);
    }
    assertEquals(20, server.counters().hintsSent());
    receive(1, init(Handshake.VERSION, null, id));
    assertEquals(PacketType.HANDSHAKE_RESPONSE, lastType());
  }

  @Test
  void noMoreHandshakesWaitThanMay() {
    int perQuarter = CoreLimits.HANDSHAKES_PER_SECOND / 4;
    for (int sent = 0; sent < 2 * CoreLimits.MAX_PENDING_HANDSHAKES; sent += perQuarter) {
      for (int i = 0; i < perQuarter; i++) {
        receive(random.nextInt(1 << 24), init(Handshake.VERSION, null));
      }
      now += SECOND / 4;
    }
    assertEquals(CoreLimits.MAX_PENDING_HANDSHAKES, server.pendingHandshakes());
    assertEquals(CoreLimits.MAX_PENDING_HANDSHAKES, server.counters().handshakesAnswered());
    assertEquals(PacketType.COOKIE, lastType());
  }

  @Test
  void dataOfASessionThatIsNotHereIsAnsweredWithAHintIfTheIdIsOurs() {
    ByteBuffer data = ByteBuffer.allocate(60);
    Header.putData(data, true, ids.create(random), 1, 5);
    receive(1, data.duplicate());
    assertEquals(PacketType.HINT, lastType());
    assertEquals(Hint.LENGTH, sent.getLast().length);

    Header.putData(data, true, random.nextLong(), 1, 5);
    receive(2, data.duplicate());
    Header.putData(data, false, ids.create(random), 1, 5); // a server's, thrown back
    receive(3, data.duplicate());
    Header.putData(data, true, ids.create(random), 1, 5);
    receive(4, data.duplicate().limit(Hint.LENGTH - 1)); // an answer would be larger
    assertEquals(1, sent.size());
  }
}
