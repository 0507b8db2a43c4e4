package dev.mptunnel.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.wire.Join;
import dev.mptunnel.wire.PlainProtection;
import dev.mptunnel.wire.TunnelSecret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may join a session, and what its tunnels take their keys from. */
class TunnelKeysTest {

  private static final long SESSION = 0x0102_0304_0506_0708L;

  private final Random random = new Random(5);
  private final TunnelSecret secret = new TunnelSecret(bytes(32), 256);
  private final byte[] join = Join.join(SESSION, 3, 7, bytes(Join.NONCE_BYTES));
  private final byte[] accept = Join.accept(SESSION, 99, bytes(Join.NONCE_BYTES));

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /** HMAC-SHA256 by what the JDK has, which the code under test is not asked for. */
  private static byte[] hmac(byte[] key, byte[]... parts) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  /** HKDF of one block: what it extracts without a salt, expanded once. */
  private static byte[] hkdf(byte[] secret, String info) throws Exception {
    byte[] extracted = hmac(new byte[32], secret);
    return hmac(extracted, info.getBytes(StandardCharsets.US_ASCII), new byte[] {1});
  }

  private static byte[] beforeMac(byte[] message) {
    return Arrays.copyOf(message, message.length - 16);
  }

  private static byte[] mac(byte[] message) {
    return Arrays.copyOfRange(message, message.length - 16, message.length);
  }

  @Test
  void theMacsAreWhatIsDocumented() throws Exception {
    TunnelKeys.signJoin(secret, join);
    TunnelKeys.signAccept(secret, join, accept);
    byte[] key = hkdf(secret.bytes(), "mptunnel join");
    assertArrayEquals(Arrays.copyOf(hmac(key, beforeMac(join)), 16), mac(join));
    assertArrayEquals(Arrays.copyOf(hmac(key, join, beforeMac(accept)), 16), mac(accept));
  }

  @Test
  void aJoinWithAnyBitAlteredIsRefused() {
    assertFalse(TunnelKeys.isSigned(secret, join), "not signed yet");
    TunnelKeys.signJoin(secret, join);
    assertTrue(TunnelKeys.isSigned(secret, join));
    for (int bit = 0; bit < 8 * join.length; bit++) {
      byte[] altered = join.clone();
      altered[bit / 8] ^= (byte) (1 << bit % 8);
      assertFalse(TunnelKeys.isSigned(secret, altered), "bit " + bit);
    }
  }

  @Test
  void anAcceptWithAnyBitAlteredOrOfAnotherJoinIsRefused() {
    TunnelKeys.signJoin(secret, join);
    assertFalse(TunnelKeys.isSigned(secret, join, accept), "not signed yet");
    TunnelKeys.signAccept(secret, join, accept);
    assertTrue(TunnelKeys.isSigned(secret, join, accept));
    for (int bit = 0; bit < 8 * accept.length; bit++) {
      byte[] altered = accept.clone();
      altered[bit / 8] ^= (byte) (1 << bit % 8);
      assertFalse(TunnelKeys.isSigned(secret, join, altered), "bit " + bit);
    }
    for (int bit = 0; bit < 8 * join.length; bit++) {
      byte[] altered = join.clone();
      altered[bit / 8] ^= (byte) (1 << bit % 8);
      assertFalse(TunnelKeys.isSigned(secret, altered, accept), "bit " + bit + " of the JOIN");
    }
  }

  @Test
  void theSecretOfAnotherEpochSignsNeither() {
    TunnelSecret other = new TunnelSecret(bytes(32), 256);
    TunnelKeys.signJoin(secret, join);
    TunnelKeys.signAccept(secret, join, accept);
    assertFalse(TunnelKeys.isSigned(other, join));
    assertFalse(TunnelKeys.isSigned(other, join, accept));
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256})
  void aSealedEpochGivesBothEndsTheSameSecretAndAnotherEpochAnother(int keyBits) throws Exception {
    byte[] up = bytes(32);
    byte[] down = bytes(32);
    SealedProtection client = sealed(up, down, true, keyBits);
    SealedProtection server = sealed(up, down, false, keyBits);
    TunnelSecret its = client.tunnelSecret();
    byte[] both = ByteBuffer.allocate(64).put(up).put(down).array();
    assertArrayEquals(hkdf(both, "mptunnel tunnels"), its.bytes());
    assertArrayEquals(its.bytes(), server.tunnelSecret().bytes());
    assertEquals(keyBits, its.keyBits());
    assertEquals(keyBits, server.tunnelSecret().keyBits());
    assertTrue(its.isSealed());
    byte[] other = sealed(up, bytes(32), true, keyBits).tunnelSecret().bytes();
    assertNotEquals(ByteBuffer.wrap(its.bytes()), ByteBuffer.wrap(other));
  }

  @Test
  void aPlainEpochGivesItsIncarnations() {
    TunnelSecret plain = new PlainProtection(0x1122L, 0x3344L).tunnelSecret();
    assertArrayEquals(
        ByteBuffer.allocate(16).putLong(0x1122L).putLong(0x3344L).array(), plain.bytes());
    assertFalse(plain.isSealed());
    TunnelKeys.signJoin(plain, join);
    assertTrue(TunnelKeys.isSigned(plain, join));
    assertFalse(TunnelKeys.isSigned(new PlainProtection(0x1122L, 0x3345L).tunnelSecret(), join));
  }

  private static SealedProtection sealed(byte[] up, byte[] down, boolean initiator, int keyBits) {
    return new SealedProtection(new TransportKeys(up, down), initiator, keyBits);
  }
}
