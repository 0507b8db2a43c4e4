package dev.mptunnel.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HMAC-SHA256 against the vectors of RFC 4231 and against BouncyCastle's. */
class HmacTest {

  /** Sections 4.2 to 4.8; the fifth is of a tag cut to 128 bits. */
  @ParameterizedTest
  @CsvSource({
    "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b, 4869205468657265,"
        + "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    "4a656665, 7768617420646f2079612077616e7420666f72206e6f7468696e673f,"
        + "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    "aa*20, dd*50, 773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    "0102030405060708090a0b0c0d0e0f10111213141516171819, cd*50,"
        + "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    "0c*20, 546573742057697468205472756e636174696f6e, a3b6167473100ee06e0c796c2955552b",
    "aa*131, 54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a6520"
        + "4b6579202d2048617368204b6579204669727374,"
        + "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    "aa*131, 5468697320697320612074657374207573696e672061206c6172676572207468616e"
        + "20626c6f636b2d73697a65206b657920616e642061206c6172676572207468616e2062"
        + "6c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f206265"
        + "20686173686564206265666f7265206265696e6720757365642062792074686520484d"
        + "414320616c676f726974686d2e,"
        + "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
  })
  void tagsAsTheRfcShows(String key, String data, String tag) {
    byte[] expected = bytes(tag);
    byte[] actual = new Hmac(bytes(key)).tag(bytes(data));
    assertArrayEquals(expected, Arrays.copyOf(actual, expected.length));
  }

  @Test
  void bouncyCastleAgreesHoweverThePartsAreCut() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 200; i++) {
      byte[] key = random(random, 1 + random.nextInt(100));
      byte[] message = random(random, random.nextInt(300));
      HMac oracle = new HMac(SHA256Digest.newInstance());
      oracle.init(new KeyParameter(key));
      oracle.update(message, 0, message.length);
      byte[] expected = new byte[Hmac.TAG_BYTES];
      oracle.doFinal(expected, 0);

      Hmac hmac = new Hmac(key);
      int cut = random.nextInt(message.length + 1);
      byte[] first = Arrays.copyOf(message, cut);
      byte[] second = Arrays.copyOfRange(message, cut, message.length);
      assertArrayEquals(expected, hmac.tag(first, second), "seed " + seed);
      ByteBuffer packet = ByteBuffer.allocateDirect(message.length + 7);
      packet.put(3, message).position(3).limit(3 + message.length);
      assertArrayEquals(expected, hmac.tag(packet), "seed " + seed);
      assertEquals(3, packet.position());
      assertEquals(3 + message.length, packet.limit());
    }
  }

  @Test
  void aPrefixEqualsOnlyWhereAllOfItDoes() {
    byte[] tag = new Hmac(new byte[] {1}).tag(new byte[] {2});
    ByteBuffer packet = ByteBuffer.allocate(40).put(5, tag);
    for (int i = 0; i < 16; i++) {
      packet.array()[5 + i] ^= 0x40;
      assertFalse(Hmac.equal(tag, packet, 5, 16), "byte " + i);
      packet.array()[5 + i] ^= 0x40;
    }
    packet.array()[5 + 16] ^= 0x40;
    assertTrue(Hmac.equal(tag, packet, 5, 16));
    assertFalse(Hmac.equal(tag, packet, 5, 17));
  }

  private static byte[] random(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** From hex digits, or {@code aa*20} for one byte many times. */
  private static byte[] bytes(String text) {
    int star = text.indexOf('*');
    String digits =
        star < 0
            ? text
            : text.substring(0, star).repeat(Integer.parseInt(text.substring(star + 1)));
    return HexFormat.of().parseHex(digits);
  }
}
