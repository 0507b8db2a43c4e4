package dev.mptunnel.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** X25519 against the vectors of RFC 7748 and against the JDK's. */
class Curve25519Test {

  private static final byte[] BASE_POINT =
      hex("0900000000000000000000000000000000000000000000000000000000000000");

  /** Section 5.2; the second point has the unused top bit set. */
  @ParameterizedTest
  @CsvSource({
    "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4,"
        + "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c,"
        + "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
    "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d,"
        + "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493,"
        + "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"
  })
  void agreesAsTheRfcShows(String privateKey, String point, String secret) {
    assertArrayEquals(hex(secret), Curve25519.agree(hex(privateKey), hex(point)));
  }

  /** Section 5.2: each result becomes the next private key, and that the next point. */
  @Test
  void agreesAThousandTimesInARowAsTheRfcShows() {
    byte[] privateKey = BASE_POINT;
    byte[] point = BASE_POINT;
    for (int i = 0; i < 1000; i++) {
      byte[] secret = Curve25519.agree(privateKey, point);
      point = privateKey;
      privateKey = secret;
    }
    assertArrayEquals(
        hex("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"), privateKey);
  }

  /** Section 6.1. */
  @Test
  void aliceAndBobAgree() {
    StaticKeys alice =
        StaticKeys.of(hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
    StaticKeys bob =
        StaticKeys.of(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
    assertArrayEquals(
        hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"), alice.publicKey());
    assertArrayEquals(
        hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"), bob.publicKey());
    byte[] secret = hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    assertArrayEquals(secret, Curve25519.agree(alice.privateKey(), bob.publicKey()));
    assertArrayEquals(secret, Curve25519.agree(bob.privateKey(), alice.publicKey()));
  }

  @Test
  void theJdkAgrees() throws GeneralSecurityException {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 200; i++) {
      StaticKeys keys = StaticKeys.random(random);
      byte[] point = new byte[Curve25519.KEY_BYTES];
      random.nextBytes(point);
      assertArrayEquals(jdk(keys.privateKey(), BASE_POINT), keys.publicKey(), "seed " + seed);
      assertArrayEquals(
          jdk(keys.privateKey(), point),
          Curve25519.agree(keys.privateKey(), point),
          "seed " + seed);
    }
  }

  /** All points whose order divides 8, the last three as numbers beyond the field's prime. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
      })
  void agreesWithNoPointOfLowOrder(String point) {
    assertNull(
        Curve25519.agree(StaticKeys.random(new SplittableRandom(1)).privateKey(), hex(point)));
  }

  @Test
  void takesNoKeyOfAnotherLength() {
    byte[] shorter = Arrays.copyOf(BASE_POINT, 31);
    byte[] longer = Arrays.copyOf(BASE_POINT, 33);
    assertThrows(IllegalArgumentException.class, () -> Curve25519.publicKey(shorter));
    assertThrows(IllegalArgumentException.class, () -> Curve25519.agree(BASE_POINT, longer));
    assertEquals(32, Curve25519.KEY_BYTES);
  }

  private static byte[] jdk(byte[] privateKey, byte[] point) throws GeneralSecurityException {
    byte[] bigEndian = new byte[Curve25519.KEY_BYTES];
    for (int i = 0; i < bigEndian.length; i++) {
      bigEndian[i] = point[bigEndian.length - 1 - i];
    }
    bigEndian[0] &= 0x7f;
    NamedParameterSpec curve = NamedParameterSpec.X25519;
    KeyFactory keys = KeyFactory.getInstance("X25519");
    KeyAgreement agreement = KeyAgreement.getInstance("X25519");
    agreement.init(keys.generatePrivate(new XECPrivateKeySpec(curve, privateKey)));
    BigInteger u = new BigInteger(1, bigEndian);
    agreement.doPhase(keys.generatePublic(new XECPublicKeySpec(curve, u)), true);
    return agreement.generateSecret();
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }
}
