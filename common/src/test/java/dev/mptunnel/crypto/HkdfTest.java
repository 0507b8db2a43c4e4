package dev.mptunnel.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import org.junit.jupiter.api.Test;

/** HKDF-SHA256 against the vectors of RFC 5869, appendix A, and against the JDK's. */
class HkdfTest {

  @Test
  void derivesAsTheRfcShows() {
    byte[] keyMaterial = hex("0b".repeat(22));
    assertArrayEquals(
        hex(
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                + "34007208d5b887185865"),
        Hkdf.derive(
            hex("000102030405060708090a0b0c"), keyMaterial, hex("f0f1f2f3f4f5f6f7f8f9"), 42),
        "A.1");
    assertArrayEquals(
        hex(
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                + "cc30c58179ec3e87c14c01d5c1f3434f1d87"),
        Hkdf.derive(countFrom(0x60), countFrom(0), countFrom(0xb0), 82),
        "A.2");
    assertArrayEquals(
        hex(
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                + "9d201395faa4b61a96c8"),
        Hkdf.derive(keyMaterial, "", 42),
        "A.3");
  }

  @Test
  void theJdkAgrees() throws GeneralSecurityException {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 100; i++) {
      byte[] keyMaterial = new byte[1 + random.nextInt(64)];
      random.nextBytes(keyMaterial);
      String info = "purpose " + random.nextInt(1000);
      int length = 1 + random.nextInt(200);
      HKDFParameterSpec all =
          HKDFParameterSpec.ofExtract()
              .addIKM(keyMaterial)
              .thenExpand(info.getBytes(StandardCharsets.US_ASCII), length);
      assertArrayEquals(
          KDF.getInstance("HKDF-SHA256").deriveData(all),
          Hkdf.derive(keyMaterial, info, length),
          "seed " + seed);
    }
  }

  @Test
  void givesNoMoreThanTheRfcAllows() {
    assertThrows(IllegalArgumentException.class, () -> Hkdf.derive(new byte[20], "", 255 * 32 + 1));
    assertThrows(IllegalArgumentException.class, () -> Hkdf.derive(new byte[20], "", 0));
  }

  private static byte[] countFrom(int first) {
    byte[] bytes = new byte[80];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (first + i);
    }
    return bytes;
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }
}
