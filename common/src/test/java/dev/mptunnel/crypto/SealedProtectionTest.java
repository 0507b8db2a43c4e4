package dev.mptunnel.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.Limits;
import dev.mptunnel.wire.PacketType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.SplittableRandom;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sealed packets: what another implementation makes of them, and all that must not open. */
class SealedProtectionTest {

  private static final long SESSION = 0x0123456789abcdefL;
  private static final int FRAMES = 50;

  private final TransportKeys keys = new TransportKeys(filled(32, 1), filled(32, 2));
  private final SealedProtection client = new SealedProtection(keys, true, 256);
  private final SealedProtection server = new SealedProtection(keys, false, 256);

  @Test
  void anotherImplementationSealsTheSame() throws GeneralSecurityException {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 300; round++) {
      String where = "seed " + seed + " round " + round;
      TransportKeys fresh = new TransportKeys(random(random, 32), random(random, 32));
      boolean fromInitiator = random.nextBoolean();
      boolean isData = random.nextBoolean();
      int keyBits = random.nextBoolean() ? 128 : 256;
      byte[] clear = new byte[Header.LENGTH + random.nextInt(1500)];
      random.nextBytes(clear);
      putHeader(ByteBuffer.wrap(clear), isData, fromInitiator, random);
      byte[] sealed =
          bouncyCastle(
              fromInitiator ? fresh.initiatorToResponder() : fresh.responderToInitiator(),
              isData ? "mptunnel data" : "mptunnel path",
              keyBits / 8,
              clear);

      ByteBuffer packet = buffer(random.nextBoolean(), clear.length, random.nextInt(9));
      int start = packet.position();
      packet.put(start, clear);
      new SealedProtection(fresh, fromInitiator, keyBits).seal(packet);
      assertEquals(start, packet.position(), where);
      assertArrayEquals(sealed, bytes(packet), where);

      ByteBuffer opened = opened(new SealedProtection(fresh, !fromInitiator, keyBits), packet);
      assertArrayEquals(clear, bytes(opened), where);
      assertEquals(start, packet.position(), where);
      assertArrayEquals(sealed, bytes(packet), where);
    }
  }

  /** It is decrypted there, and not brought back. */
  @Test
  void aPacketIsOpenedIntoTheRoomThatThereIsForIt() {
    ByteBuffer packet = data(1);
    byte[] clear = bytes(packet);
    client.seal(packet);
    ByteBuffer room = buffer(false, 200, 30);
    ByteBuffer opened = server.open(packet, room);
    assertSame(room, opened);
    assertEquals(0, opened.position());
    assertArrayEquals(clear, bytes(opened));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPacketThatDoesNotOpenStaysAsItIs(boolean direct) {
    ByteBuffer packet = buffer(direct, Header.LENGTH + FRAMES, 3);
    Header.putData(packet, true, SESSION, 1, 7);
    byte[] clear = bytes(packet);
    client.seal(packet);
    for (int bit = 0; bit < packet.remaining() * 8; bit++) {
      int at = packet.position() + bit / 8;
      packet.put(at, (byte) (packet.get(at) ^ 1 << bit % 8));
      assertRefused(packet, "bit " + bit);
      packet.put(at, (byte) (packet.get(at) ^ 1 << bit % 8));
    }
    int end = packet.limit();
    for (int limit = packet.position() + 1; limit < end; limit++) {
      packet.limit(limit);
      assertRefused(packet, "cut to " + packet.remaining());
    }
    packet.limit(end + 1);
    assertRefused(packet, "extended");
    packet.limit(end);
    assertArrayEquals(clear, bytes(opened(server, packet)));
  }

  @Test
  void aPacketOpensOnlyWhereItWasSentTo() {
    ByteBuffer packet = data(1);
    client.seal(packet);
    assertNull(opened(client, packet), "thrown back");
    assertNull(opened(new SealedProtection(keys, false, 128), packet), "other cipher");
    TransportKeys others = new TransportKeys(filled(32, 3), filled(32, 4));
    assertNull(opened(new SealedProtection(others, false, 256), packet), "other epoch");
    assertNotNull(opened(server, packet));
  }

  @Test
  void dataAndPathMayHaveEqualCountersSinceTheirKeysDiffer() {
    ByteBuffer data = data(5);
    ByteBuffer path = path(0, 5);
    client.seal(data);
    client.seal(path);
    byte[] dataFrames = Arrays.copyOfRange(bytes(data), Header.LENGTH, Header.LENGTH + FRAMES);
    byte[] pathFrames = Arrays.copyOfRange(bytes(path), Header.LENGTH, Header.LENGTH + FRAMES);
    assertFalse(Arrays.equals(dataFrames, pathFrames));
    assertNotNull(opened(server, data));
    assertNotNull(opened(server, path));
  }

  @Test
  void noCounterSealsTwice() {
    client.seal(data(0));
    client.seal(data(3));
    ByteBuffer again = data(3);
    assertThrows(IllegalStateException.class, () -> client.seal(again));
    ByteBuffer older = data(2);
    assertThrows(IllegalStateException.class, () -> client.seal(older));
    client.seal(data(Header.DATA_COUNTER_LIMIT - 1));

    client.seal(path(0, 9));
    client.seal(path(255, 0));
    client.seal(path(255, 1));
    ByteBuffer pathAgain = path(255, 1);
    assertThrows(IllegalStateException.class, () -> client.seal(pathAgain));
    client.seal(path(0, 10));
    client.seal(path(1, 0));
    ByteBuffer pathOlder = path(0, 0);
    assertThrows(IllegalStateException.class, () -> client.seal(pathOlder));
    client.seal(path(0, Header.PATH_COUNTER_LIMIT - 1));
    assertArrayEquals(bytes(data(3)), bytes(again), "what was refused is as it was");
  }

  @Test
  void packetsOfAllSizesFollowEachOther() {
    int counter = 0;
    for (int frames : new int[] {0, 100, 1500, 20, Limits.MAX_PACKET_BYTES - 32}) {
      ByteBuffer packet = buffer(false, Header.LENGTH + frames, 0);
      Header.putData(packet, true, SESSION, 1, counter++);
      byte[] clear = bytes(packet);
      client.seal(packet);
      assertArrayEquals(clear, bytes(opened(server, packet)), "frames " + frames);
    }
  }

  @Test
  void onlyDataAndPathAreSealed() throws GeneralSecurityException {
    ByteBuffer packet = data(1);
    packet.put(packet.position(), PacketType.encode(PacketType.HANDSHAKE_INIT, true));
    assertThrows(IllegalArgumentException.class, () -> client.seal(packet));
    byte[] sealed = bouncyCastle(keys.initiatorToResponder(), "mptunnel data", 32, bytes(packet));
    assertNull(opened(server, ByteBuffer.wrap(sealed)), "even under the right key");
    assertThrows(IllegalArgumentException.class, () -> new SealedProtection(keys, true, 192));
  }

  private void assertRefused(ByteBuffer packet, String message) {
    byte[] before = bytes(packet);
    assertNull(opened(server, packet), message);
    assertArrayEquals(before, bytes(packet), message);
  }

  private static ByteBuffer opened(SealedProtection protection, ByteBuffer packet) {
    return protection.open(packet, ByteBuffer.allocate(packet.remaining()));
  }

  private static ByteBuffer data(long counter) {
    ByteBuffer packet = buffer(false, Header.LENGTH + FRAMES, 0);
    Header.putData(packet, true, SESSION, 1, counter);
    return packet;
  }

  private static ByteBuffer path(int path, long counter) {
    ByteBuffer packet = buffer(false, Header.LENGTH + FRAMES, 0);
    Header.putPath(packet, true, SESSION, 1, path, counter);
    return packet;
  }

  private static void putHeader(
      ByteBuffer packet, boolean isData, boolean fromInitiator, SplittableRandom random) {
    long session = random.nextLong();
    int epoch = random.nextInt(256);
    if (isData) {
      long counter = random.nextLong(Header.DATA_COUNTER_LIMIT);
      Header.putData(packet, fromInitiator, session, epoch, counter);
    } else {
      long counter = random.nextLong(Header.PATH_COUNTER_LIMIT);
      Header.putPath(packet, fromInitiator, session, epoch, random.nextInt(256), counter);
    }
  }

  /** As the protocol says it, by the JDK's HKDF and BouncyCastle's AES-GCM. */
  private static byte[] bouncyCastle(byte[] transportKey, String info, int keyBytes, byte[] clear)
      throws GeneralSecurityException {
    HKDFParameterSpec derivation =
        HKDFParameterSpec.ofExtract()
            .addIKM(transportKey)
            .thenExpand(info.getBytes(StandardCharsets.US_ASCII), keyBytes);
    byte[] key = KDF.getInstance("HKDF-SHA256").deriveData(derivation);
    byte[] nonce = new byte[12];
    System.arraycopy(clear, 10, nonce, 6, 6);
    byte[] header = Arrays.copyOf(clear, Header.LENGTH);
    GCMModeCipher cipher = GCMBlockCipher.newInstance(AESEngine.newInstance());
    cipher.init(true, new AEADParameters(new KeyParameter(key), 128, nonce, header));
    byte[] sealed = Arrays.copyOf(header, clear.length + 16);
    int frames = clear.length - Header.LENGTH;
    int done = cipher.processBytes(clear, Header.LENGTH, frames, sealed, Header.LENGTH);
    try {
      cipher.doFinal(sealed, Header.LENGTH + done);
    } catch (InvalidCipherTextException e) {
      throw new AssertionError(e);
    }
    return sealed;
  }

  /** Room for a packet at this position, which moves further on in the memory behind it. */
  private static ByteBuffer buffer(boolean direct, int length, int position) {
    int capacity = 5 + position + length + 20;
    ByteBuffer whole = direct ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
    ByteBuffer buffer = whole.slice(5, capacity - 5);
    return buffer.position(position).limit(position + length);
  }

  private static byte[] bytes(ByteBuffer packet) {
    byte[] bytes = new byte[packet.remaining()];
    packet.get(packet.position(), bytes);
    return bytes;
  }

  private static byte[] random(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
