package dev.mptunnel.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.mptunnel.wire.Join;
import dev.mptunnel.wire.Records;
import dev.mptunnel.wire.StreamFrames;
import dev.mptunnel.wire.TunnelSecret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The records of a tunnel, one way: sealed by keys of either size, and in plain mode. */
class RecordProtectionTest {

  private static final byte[] SECRET = filled(32, 1);

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private static byte[] filled(int count, int first) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (first + i);
    }
    return bytes;
  }

  private static RecordProtection way(int keyBits, int nonces, boolean up) {
    byte[] join = Join.join(1, 2, 3, filled(Join.NONCE_BYTES, nonces));
    byte[] accept = Join.accept(1, 4, filled(Join.NONCE_BYTES, 100));
    return TunnelKeys.records(new TunnelSecret(SECRET, keyBits), join, accept, up);
  }

  private static RecordProtection up(int keyBits) {
    return way(keyBits, 50, true);
  }

  /** A record as it travels, which stands amid other things while it is sealed. */
  private static byte[] seal(RecordProtection seals, byte[] frames, boolean last) {
    int before = 5;
    ByteBuffer record =
        ByteBuffer.allocate(before + Records.HEAD_BYTES + frames.length + Records.MAX_TAG_BYTES);
    record.position(before + Records.HEAD_BYTES);
    record.put(frames).flip().position(before);
    seals.seal(record, last);
    assertEquals(
        Records.HEAD_BYTES + frames.length + seals.tagBytes(), record.remaining(), "length");
    assertEquals(record.remaining() - Records.HEAD_BYTES, Records.length(record));
    assertEquals(last, Records.isLast(record));
    byte[] bytes = new byte[record.remaining()];
    record.get(bytes);
    return bytes;
  }

  /** What is in a record that stands amid other things; null if it does not open. */
  private static byte[] open(RecordProtection opens, byte[] record) {
    ByteBuffer amid = ByteBuffer.allocate(record.length + 9);
    amid.position(4);
    amid.put(record).flip().position(4);
    ByteBuffer frames = opens.open(amid, ByteBuffer.allocate(Records.MAX_BYTES));
    if (frames == null) {
      return null;
    }
    byte[] bytes = new byte[frames.remaining()];
    frames.get(bytes);
    return bytes;
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 128, 256})
  void recordsOfEverySizeOpenInOrder(int keyBits) {
    RecordProtection seals = up(keyBits);
    RecordProtection opens = up(keyBits);
    for (int i = 0; i < 300; i++) {
      int size =
          switch (i) {
            case 0 -> 0;
            case 1 -> StreamFrames.MAX_RECORD_BYTES;
            default -> random.nextInt(StreamFrames.MAX_RECORD_BYTES + 1);
          };
      byte[] frames = bytes(size);
      byte[] record = seal(seals, frames, random.nextInt(10) == 0);
      assertArrayEquals(frames, open(opens, record), "seed " + seed + ", record " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 128, 256})
  void aRecordThatComesTwiceDoesNotOpen(int keyBits) {
    RecordProtection seals = up(keyBits);
    RecordProtection opens = up(keyBits);
    byte[] first = seal(seals, bytes(20), false);
    assertNotNull(open(opens, first));
    assertNull(open(opens, first));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 128, 256})
  void aRecordBehindOneThatIsMissingDoesNotOpen(int keyBits) {
    RecordProtection seals = up(keyBits);
    RecordProtection opens = up(keyBits);
    byte[] frames = bytes(20);
    assertNotNull(open(opens, seal(seals, frames, false)));
    seal(seals, frames, false);
    assertNull(open(opens, seal(seals, frames, false)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 128, 256})
  void noBitMayBeAlteredNotEvenOfTheHead(int keyBits) {
    for (int size : new int[] {0, 1, 13}) {
      byte[] record = seal(up(keyBits), bytes(size), false);
      assertNotNull(open(up(keyBits), record));
      for (int bit = 0; bit < 8 * record.length; bit++) {
        byte[] altered = record.clone();
        altered[bit / 8] ^= (byte) (1 << bit % 8);
        assertNull(open(up(keyBits), altered), "bit " + bit + " of " + size + " bytes");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256})
  void noPartOfASealedRecordOpensAlone(int keyBits) {
    byte[] record = seal(up(keyBits), bytes(9), false);
    for (int length = Records.HEAD_BYTES; length < record.length; length++) {
      assertNull(open(up(keyBits), Arrays.copyOf(record, length)), length + " bytes of it");
    }
    assertNull(open(up(keyBits), Arrays.copyOf(record, record.length + 1)));
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256})
  void behindTheLastRecordThereIsAnotherKeyAtBothEnds(int keyBits) {
    byte[] frames = bytes(40);
    byte[] firstOfOld = seal(up(keyBits), frames, false);

    RecordProtection seals = up(keyBits);
    RecordProtection opens = up(keyBits);
    byte[] last = seal(seals, frames, true);
    byte[] firstOfNew = seal(seals, frames, false);
    // Numbered from 0 again, as the first one is, and yet it is not the same.
    assertNotEquals(ByteBuffer.wrap(firstOfOld), ByteBuffer.wrap(firstOfNew));
    assertArrayEquals(frames, open(opens, last));
    assertArrayEquals(frames, open(opens, firstOfNew));
    for (int i = 0; i < 5; i++) {
      assertArrayEquals(frames, open(opens, seal(seals, frames, true)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256})
  void whatIsUnderAnOldKeyOpensNoMore(int keyBits) {
    byte[] frames = bytes(40);
    RecordProtection old = up(keyBits);
    byte[] first = seal(old, frames, false);
    byte[] second = seal(old, frames, false);

    for (byte[] late : new byte[][] {first, second}) {
      RecordProtection opens = up(keyBits);
      assertNotNull(open(opens, seal(up(keyBits), frames, true)));
      assertNull(open(opens, late));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 128, 256})
  void eachWayHasItsOwnKey(int keyBits) {
    byte[] record = seal(way(keyBits, 50, true), bytes(30), false);
    assertNull(open(way(keyBits, 50, false), record));
    assertNotNull(open(way(keyBits, 50, true), record));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 128, 256})
  void anotherNonceOfEitherEndMakesOtherKeys(int keyBits) {
    TunnelSecret secret = new TunnelSecret(SECRET, keyBits);
    byte[] join = Join.join(1, 2, 3, bytes(Join.NONCE_BYTES));
    byte[] accept = Join.accept(1, 4, bytes(Join.NONCE_BYTES));
    byte[] record = seal(TunnelKeys.records(secret, join, accept, true), bytes(30), false);
    assertNotNull(open(TunnelKeys.records(secret, join, accept, true), record));

    byte[] otherJoin = Join.join(1, 2, 3, bytes(Join.NONCE_BYTES));
    assertNull(open(TunnelKeys.records(secret, otherJoin, accept, true), record));
    byte[] otherAccept = Join.accept(1, 4, bytes(Join.NONCE_BYTES));
    assertNull(open(TunnelKeys.records(secret, join, otherAccept, true), record));
    TunnelSecret otherSecret = new TunnelSecret(bytes(32), keyBits);
    assertNull(open(TunnelKeys.records(otherSecret, join, accept, true), record));
  }

  @Test
  void theSizeOfTheKeyCounts() {
    assertNull(open(up(256), seal(up(128), bytes(30), false)));
  }

  // --- the same by what the JDK has, without the code under test ---

  private static byte[] hmac(byte[] key, byte[]... parts) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  private static byte[] hkdf(byte[] salt, byte[] secret, String info) throws Exception {
    return hmac(hmac(salt, secret), info.getBytes(StandardCharsets.US_ASCII), new byte[] {1});
  }

  private static byte[] chain(String info) throws Exception {
    ByteBuffer salt = ByteBuffer.allocate(32);
    salt.put(filled(16, 50)).put(filled(16, 100));
    return hkdf(salt.array(), SECRET, info);
  }

  private static byte[] gcm(byte[] chain, int keyBits, long number, byte[] head, byte[] frames)
      throws Exception {
    byte[] key = Arrays.copyOf(hkdf(new byte[32], chain, "mptunnel record"), keyBits / 8);
    byte[] nonce = ByteBuffer.allocate(12).putLong(4, number).array();
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
    cipher.updateAAD(head);
    byte[] sealed = cipher.doFinal(frames);
    return ByteBuffer.allocate(2 + sealed.length).put(head).put(sealed).array();
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256})
  void sealedRecordsAreWhatIsDocumented(int keyBits) throws Exception {
    byte[] frames = {1, 2, 3};
    byte[] head = {0, 19};
    byte[] lastHead = {(byte) 0x80, 19};
    for (boolean isUp : new boolean[] {true, false}) {
      byte[] chain = chain(isUp ? "mptunnel tunnel up" : "mptunnel tunnel down");
      RecordProtection seals = way(keyBits, 50, isUp);
      assertArrayEquals(gcm(chain, keyBits, 0, head, frames), seal(seals, frames, false));
      assertArrayEquals(gcm(chain, keyBits, 1, lastHead, frames), seal(seals, frames, true));
      byte[] next = hkdf(new byte[32], chain, "mptunnel ratchet");
      assertArrayEquals(gcm(next, keyBits, 0, head, frames), seal(seals, frames, false));
      assertArrayEquals(gcm(next, keyBits, 1, head, frames), seal(seals, frames, false));
    }
  }

  @Test
  void checkedRecordsAreWhatIsDocumented() throws Exception {
    RecordProtection seals = up(0);
    for (int number = 0; number < 3; number++) {
      byte[] clear = {0, 7, 1, 2, 3};
      CRC32C crc = new CRC32C();
      crc.update(chain("mptunnel tunnel up"));
      crc.update(ByteBuffer.allocate(8).putLong(0, number));
      crc.update(clear);
      byte[] expected = ByteBuffer.allocate(9).put(clear).putInt((int) crc.getValue()).array();
      assertArrayEquals(expected, seal(seals, new byte[] {1, 2, 3}, false), "record " + number);
    }
  }
}
