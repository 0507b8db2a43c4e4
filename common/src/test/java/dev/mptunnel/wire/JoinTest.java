package dev.mptunnel.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** JOIN and ACCEPT, byte for byte, and what a carrier begins with. */
class JoinTest {

  private static final long SESSION = 0x0102_0304_0506_0708L;
  private static final byte[] NONCE = hex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
  private static final String NO_MAC = "00".repeat(16);

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static String version() {
    return HexFormat.of().toHexDigits((byte) Handshake.VERSION);
  }

  private static byte[] join() {
    return Join.join(SESSION, 0xfe, 0x8182_8384, NONCE);
  }

  private static byte[] accept() {
    return Join.accept(SESSION, 0x9192_9394_9596_9798L, NONCE);
  }

  @Test
  void aJoinIsLaidOutAsItIsDocumented() {
    String expected =
        "07 0102030405060708 fe "
            + version()
            + "81828384 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
            + NO_MAC;
    assertArrayEquals(hex(expected), join());
    assertEquals(47, Join.JOIN_BYTES);
  }

  @Test
  void anAcceptIsLaidOutAsItIsDocumented() {
    String expected =
        "87 0102030405060708 9192939495969798 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf" + NO_MAC;
    assertArrayEquals(hex(expected), accept());
    assertEquals(49, Join.ACCEPT_BYTES);
  }

  @Test
  void whatWasPutInIsReadAgain() {
    assertEquals(SESSION, Join.sessionId(join()));
    assertEquals(0xfe, Join.epoch(join()));
    assertEquals(0x8182_8384, Join.tunnel(join()));
    assertArrayEquals(NONCE, Join.nonce(join()));
    assertEquals(SESSION, Join.sessionId(accept()));
    assertEquals(0x9192_9394_9596_9798L, Join.life(accept()));
    assertArrayEquals(NONCE, Join.nonce(accept()));
  }

  @Test
  void theMacIsNotTakenForTheNonce() {
    byte[] join = join();
    byte[] accept = accept();
    for (int i = 1; i <= Join.MAC_BYTES; i++) {
      join[join.length - i] = (byte) i;
      accept[accept.length - i] = (byte) i;
    }
    assertArrayEquals(NONCE, Join.nonce(join));
    assertArrayEquals(NONCE, Join.nonce(accept));
  }

  @Test
  void onlyAJoinOfAnInitiatorInOurVersionIsOne() {
    assertTrue(Join.isJoin(join()));
    for (int bit = 0; bit < 8; bit++) {
      byte[] otherType = join();
      otherType[0] ^= (byte) (1 << bit);
      assertFalse(Join.isJoin(otherType), "bit " + bit + " of the type");
      byte[] otherVersion = join();
      otherVersion[10] ^= (byte) (1 << bit);
      assertFalse(Join.isJoin(otherVersion), "bit " + bit + " of the version");
    }
    assertFalse(Join.isJoin(accept()));
    assertFalse(Join.isJoin(Arrays.copyOf(join(), 46)));
    assertFalse(Join.isJoin(Arrays.copyOf(join(), 48)));
    assertFalse(Join.isJoin(new byte[0]));
  }

  @Test
  void onlyAnAcceptOfAResponderInThatSessionIsOne() {
    assertTrue(Join.isAccept(accept(), SESSION));
    for (int bit = 0; bit < 8; bit++) {
      byte[] otherType = accept();
      otherType[0] ^= (byte) (1 << bit);
      assertFalse(Join.isAccept(otherType, SESSION), "bit " + bit + " of the type");
    }
    for (int bit = 0; bit < 64; bit++) {
      assertFalse(Join.isAccept(accept(), SESSION ^ 1L << bit), "bit " + bit + " of the session");
    }
    assertFalse(Join.isAccept(join(), SESSION));
    assertFalse(Join.isAccept(Arrays.copyOf(accept(), 48), SESSION));
    assertFalse(Join.isAccept(Arrays.copyOf(accept(), 50), SESSION));
    assertFalse(Join.isAccept(new byte[0], SESSION));
  }

  @Test
  void aBridgeFindsTheSessionWhereItFindsItInAPacket() {
    assertEquals(Join.HEAD_BYTES, Header.SESSION_ID_OFFSET + Long.BYTES);
    assertArrayEquals(hex("08 0102030405060708"), Carrier.head(SESSION));
    assertEquals(Carrier.HEAD_BYTES, Carrier.head(SESSION).length);
  }
}
