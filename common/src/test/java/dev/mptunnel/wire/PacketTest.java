package dev.mptunnel.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers, ids and plain protection, bit by bit. */
class PacketTest {

  private static final long SESSION = 0x0123456789abcdefL;

  private static final ByteBuffer NO_ROOM = ByteBuffer.allocate(0);

  private final ByteBuffer packet = ByteBuffer.allocate(100);

  @Test
  void aDataHeaderStandsAsItsDiagramSays() {
    Header.putData(packet, true, SESSION, 0xee, 0x0000_1122_3344_5566L);
    assertEquals("010123456789abcdefee112233445566", hex(Header.LENGTH));
    assertEquals(SESSION, Header.sessionId(packet));
    assertEquals(0xee, Header.epoch(packet));
    assertEquals(0x0000_1122_3344_5566L, Header.dataCounter(packet));
  }

  @Test
  void aPathHeaderStandsAsItsDiagramSays() {
    Header.putPath(packet, false, SESSION, 1, 0xab, 0x12_3456_789aL);
    assertEquals("820123456789abcdef01ab123456789a", hex(Header.LENGTH));
    assertEquals(0xab, Header.path(packet));
    assertEquals(0x12_3456_789aL, Header.pathCounter(packet));
    assertFalse(PacketType.isFromInitiator(packet.get(0)));
    assertEquals(PacketType.PATH, PacketType.type(packet.get(0)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anyFlippedBitOfAPlainPacketIsFound(boolean direct) {
    ByteBuffer among =
        direct ? ByteBuffer.allocateDirect(100) : ByteBuffer.allocate(100).slice(3, 90);
    PlainProtection protection = new PlainProtection(1, 2);
    Header.putData(among.position(7), true, SESSION, 1, 2);
    protection.seal(among.limit(47));
    assertStands(7, 51, among);
    for (int bit = 0; bit < 44 * 8; bit++) {
      flip(among, 7 + bit / 8, bit % 8);
      assertNull(protection.open(among, NO_ROOM), "bit " + bit);
      assertStands(7, 51, among);
      flip(among, 7 + bit / 8, bit % 8);
    }
    assertNull(new PlainProtection(1, 3).open(among, NO_ROOM), "of another incarnation");
    assertStands(7, 51, among);
    assertSame(among, protection.open(among, NO_ROOM));
    assertStands(7, 47, among);
  }

  private static void flip(ByteBuffer packet, int at, int bit) {
    packet.put(at, (byte) (packet.get(at) ^ 1 << bit));
  }

  private static void assertStands(int position, int limit, ByteBuffer packet) {
    assertEquals(position, packet.position());
    assertEquals(limit, packet.limit());
  }

  @Test
  void anIdIsKnownByItsCheckBits() {
    SessionId ids = new SessionId(new byte[32]);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 1000; i++) {
      long id = ids.create(random);
      assertTrue(ids.isValid(id));
      assertFalse(ids.isValid(id ^ 1L << i % 64));
    }
  }

  private String hex(int length) {
    return HexFormat.of().formatHex(packet.array(), 0, length);
  }
}
