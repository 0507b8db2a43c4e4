package dev.mptunnel.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** AES-GCM against the vectors of its authors and against BouncyCastle's. */
class AeadTest {

  private static final String PLAINTEXT =
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
          + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";

  private static final String KEY = "feffe9928665731c6d6a8f9467308308";

  private static final byte[] ASSOCIATED_DATA = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");

  /**
   * Test cases 1, 4 and 16 of McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B,
   * the submission to NIST; also the vectors of the NIST's validation programme.
   */
  @ParameterizedTest
  @CsvSource({
    "'', 58e2fccefa7e3061367f1d57a4e7455a",
    KEY
        + ", 42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
        + "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
        + "5bc94fbc3221a5db94fae95ae7121a47",
    KEY
        + KEY
        + ", 522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        + "76fc6ece0f4e1768cddf8853bb2d551b"
  })
  void sealsAsItsAuthorsShow(String key, String sealed) {
    if (key.isEmpty()) {
      byte[] nothing = {};
      assertArrayEquals(hex(sealed), new Aead(new byte[16]).seal(new byte[12], nothing, nothing));
      return;
    }
    Aead aead = new Aead(hex(key));
    byte[] nonce = hex("cafebabefacedbaddecaf888");
    assertArrayEquals(hex(sealed), aead.seal(nonce, ASSOCIATED_DATA, hex(PLAINTEXT)));
    assertArrayEquals(hex(PLAINTEXT), aead.open(nonce, ASSOCIATED_DATA, hex(sealed)));
  }

  @Test
  void bouncyCastleAgrees() throws InvalidCipherTextException {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 200; i++) {
      byte[] key = random(random, random.nextBoolean() ? 16 : 32);
      byte[] nonce = random(random, Aead.NONCE_BYTES);
      byte[] associatedData = random(random, random.nextInt(40));
      byte[] plaintext = random(random, random.nextInt(100));
      GCMModeCipher oracle = GCMBlockCipher.newInstance(AESEngine.newInstance());
      oracle.init(true, new AEADParameters(new KeyParameter(key), 128, nonce, associatedData));
      byte[] expected = new byte[oracle.getOutputSize(plaintext.length)];
      int done = oracle.processBytes(plaintext, 0, plaintext.length, expected, 0);
      oracle.doFinal(expected, done);

      Aead aead = new Aead(key);
      assertArrayEquals(expected, aead.seal(nonce, associatedData, plaintext), "seed " + seed);
      assertArrayEquals(plaintext, aead.open(nonce, associatedData, expected), "seed " + seed);
    }
  }

  @Test
  void opensNothingThatWasChanged() {
    Aead aead = new Aead(hex(KEY));
    byte[] nonce = new byte[Aead.NONCE_BYTES];
    byte[] sealed = aead.seal(nonce, ASSOCIATED_DATA, hex(PLAINTEXT));
    for (int bit = 0; bit < sealed.length * 8; bit++) {
      sealed[bit / 8] ^= (byte) (1 << bit % 8);
      assertNull(aead.open(nonce, ASSOCIATED_DATA, sealed), "bit " + bit);
      sealed[bit / 8] ^= (byte) (1 << bit % 8);
    }
    for (int length = 0; length < sealed.length; length++) {
      assertNull(aead.open(nonce, ASSOCIATED_DATA, Arrays.copyOf(sealed, length)));
    }
    assertNull(aead.open(nonce, ASSOCIATED_DATA, Arrays.copyOf(sealed, sealed.length + 1)));
    assertNull(aead.open(nonce, new byte[20], sealed));
    assertNull(aead.open(hex("000000000000000000000001"), ASSOCIATED_DATA, sealed));
    assertNull(new Aead(hex(KEY + KEY)).open(nonce, ASSOCIATED_DATA, sealed));
    assertArrayEquals(hex(PLAINTEXT), aead.open(nonce, ASSOCIATED_DATA, sealed));
  }

  @Test
  void takesOnlyKeysAndNoncesOfItsLengths() {
    assertThrows(IllegalArgumentException.class, () -> new Aead(new byte[24]));
    Aead aead = new Aead(new byte[16]);
    byte[] nothing = {};
    assertThrows(IllegalArgumentException.class, () -> aead.seal(new byte[8], nothing, nothing));
    assertEquals(16, aead.seal(new byte[12], nothing, nothing).length);
  }

  private static byte[] random(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }
}
