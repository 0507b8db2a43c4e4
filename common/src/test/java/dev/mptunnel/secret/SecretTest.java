package dev.mptunnel.secret;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.crypto.ClientKeys;
import dev.mptunnel.crypto.ServerKeys;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts, keys and stretched passwords were computed by Python's cryptography and argon2-cffi. */
class SecretTest {

  private static final String SHARED =
      "mps1-aaaqe-ayeau-daoca-jbifq-ydiob-4ibce-qtwmv-q4wfx"; // of the bytes 0 to 19
  private static final String SERVER_KEY =
      "2e84ae810c91e00e783df36d1d7486c95bcedeb0bc1b7ac5f9c377f9545d221c";
  private static final String INVITATION = // of that key and the bytes 100 to 119
      "mpt1-f2ck5aimshqa46b56nwr25egzfn45xvqxqnxvrpzyn37svc5eiogizlgm5ugs2tlnrww433qofzhg5dvoz32chr4"
          + "meka";

  private final Random random = new Random(1);

  @Test
  void theKeysOfASharedSecretAreTheContracts() throws Exception {
    SharedSecret secret = assertInstanceOf(SharedSeed.class, Secret.parse(SHARED));
    ServerKeys server = secret.serverKeys();
    assertHex(SERVER_KEY, server.own().publicKey());
    assertHex(
        "55122d3c8ff327a42ce32fa8344b3ab893a9ba3dcadb3350288fec458420fa57", server.sharedPsk());

    ClientKeys client = secret.clientKeys(random);
    assertArrayEquals(server.own().publicKey(), client.serverPublicKey());
    assertArrayEquals(server.sharedPsk(), client.psk());
    assertNotEquals(
        HexFormat.of().formatHex(client.own().publicKey()),
        HexFormat.of().formatHex(secret.clientKeys(random).own().publicKey()),
        "each process has a key pair of its own");
  }

  @Test
  void theKeysOfAnInvitationAreTheContracts() throws Exception {
    Secret invitation = assertInstanceOf(Invitation.class, Secret.parse(INVITATION));
    ClientKeys keys = invitation.clientKeys(random);
    assertHex(
        "a7793d115defd9cf884d2c35373cd5a0c6261f212daa4fc0bee89cfda7fc3156", keys.own().publicKey());
    assertHex("bd3444298eca7ef7301c5f758bcffdea388df2da39e1bd95df49e5e612f3dff7", keys.psk());
    assertHex(SERVER_KEY, keys.serverPublicKey());
  }

  @Test
  void withoutASecretBothEndsTakeTheWellKnownOne() {
    assertHex(
        "1776c164098ed0cd231912d04d2096915b8287a1bfc993e55db709223884dc1f",
        SharedSeed.WELL_KNOWN.serverKeys().own().publicKey());
  }

  @Test
  void aPasswordIsStretchedToASharedSecret() throws Exception {
    Password password = assertInstanceOf(Password.class, Secret.parse("grüße aus köln"));
    SharedSeed stretched = password.stretched();
    assertHex("6e4e5e649c1c71e27c332487888c320e73bcc668", stretched.bytes());
    byte[] publicKey = stretched.serverKeys().own().publicKey();
    assertArrayEquals(publicKey, password.serverKeys().own().publicKey());
    assertArrayEquals(publicKey, password.clientKeys(random).serverPublicKey());
  }

  @Test
  void whatIsPrintedIsRead() throws Exception {
    assertEquals(SHARED, assertInstanceOf(SharedSeed.class, Secret.parse(SHARED)).text());
    assertEquals(INVITATION, assertInstanceOf(Invitation.class, Secret.parse(INVITATION)).text());
    for (int i = 0; i < 100; i++) {
      SharedSeed seed = SharedSeed.random(random);
      assertArrayEquals(
          seed.bytes(), assertInstanceOf(SharedSeed.class, Secret.parse(seed.text())).bytes());
      Invitation invitation = Invitation.random(seed.serverKeys().own().publicKey(), random);
      assertArrayEquals(
          invitation.seed(),
          assertInstanceOf(Invitation.class, Secret.parse(invitation.text())).seed());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mps1-aaaqeayeaudaocajbifqydiob4ibceqtwmvq4wfx",
        "MPS1-AAAQE-AYEAU-DAOCA-JBIFQ-YDIOB-4IBCE-QTWMV-Q4WFX",
        "mps1 aaaqe ayeau daoca jbifq\n ydiob 4ibce qtwmv q4wfx",
        "mps1aaaqeayeaudaocajbifqydiob4ibceqtwmvq4wfx",
        "mps1\u2013aaaqe\u2013ayeau\u00a0daoca jbifq-ydiob-4ibce-qtwmv-q4wfx"
      })
  void caseDashesAndBlanksDoNotMatter(String text) throws Exception {
    assertEquals(SHARED, assertInstanceOf(SharedSeed.class, Secret.parse(text)).text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mps1-aaaqe-ayeau-da0ca-jbifq-ydiob-4ibce-qtwmv-q4wfx   | character 20 of the secret is '0'; expected letters, 2 to 7 and dashes
          mps1-aaaqe-ayeau-daoca-jbifq-ydiob-4ibce-qtwmv-q4wf1   | character 52 of the secret is '1'; expected letters, 2 to 7 and dashes
          mps1-aaaqé-ayeau-daoca-jbifq-ydiob-4ibce-qtwmv-q4wfx   | character 10 of the secret is U+00E9; expected letters, 2 to 7 and dashes
          mps1-aaaqe-ayeau-daoca-jbifq-ydiob-4ibce-qtwmv-q4wf    | the secret has 39 characters behind mps1-, not counting dashes; expected 40
          mps1-aaaqe-ayeau-daoca-jbifq-ydiob-4ibce-qtwmv-q4wfx-a | the secret has 41 characters behind mps1-, not counting dashes; expected 40
          mps1                                                   | the secret has 0 characters behind mps1-, not counting dashes; expected 40
          mpt1-aaaqe                                             | the secret has 5 characters behind mpt1-, not counting dashes; expected 92
          mps1-aaaqe-ayeau-daoca-jbifq-ydiob-4ibce-qtwmv-q4wfy   | the secret's check sum does not match: a character is wrong or missing; expected the secret as mpserver printed it
          mps1-aaaqe-ayeau-daoca-jbifq-ydibo-4ibce-qtwmv-q4wfx   | the secret's check sum does not match: a character is wrong or missing; expected the secret as mpserver printed it
          mpsl-aaaqe-ayeau-daoca-jbifq-ydiob-4ibce-qtwmv-q4wfx   | the secret looks like one of mpserver's but begins with neither mps1- nor mpt1-; expected it as mpserver printed it, or a password that is not one row of letters and digits
          MPSL-aaaqe-ayeau                                       | the secret looks like one of mpserver's but begins with neither mps1- nor mpt1-; expected it as mpserver printed it, or a password that is not one row of letters and digits
          mps2-aaaqe-ayeau-daoca-jbifq-ydiob-4ibce-qtwmv-q4wfx   | the secret looks like one of mpserver's but begins with neither mps1- nor mpt1-; expected it as mpserver printed it, or a password that is not one row of letters and digits
          mp1-aaaqe-ayeau-daoca-jbifq-ydiob-4ibce-qtwmv-q4wfx    | the secret looks like one of mpserver's but begins with neither mps1- nor mpt1-; expected it as mpserver printed it, or a password that is not one row of letters and digits
          mps-aaaqeayeaudaocajbifqydiob4ibceqtwmvq4wfx           | the secret looks like one of mpserver's but begins with neither mps1- nor mpt1-; expected it as mpserver printed it, or a password that is not one row of letters and digits
          aaaqe-ayeau-daoca-jbifq-ydiob-4ibce-qtwmv-q4wfx        | the secret looks like one of mpserver's but begins with neither mps1- nor mpt1-; expected it as mpserver printed it, or a password that is not one row of letters and digits
          aaaqeayeaudaocajbifqydiob4ibceqtwmvq4wfx               | the secret looks like one of mpserver's but begins with neither mps1- nor mpt1-; expected it as mpserver printed it, or a password that is not one row of letters and digits
          hunter2                                                | the password is too short; expected at least 12 characters, or a secret made by 'mpserver keygen'
          hunter2hunt                                            | the password is too short; expected at least 12 characters, or a secret made by 'mpserver keygen'
          """)
  void aSlipIsToldAndShowsNothingOfTheSecret(String text, String message) {
    assertEquals(message, refusal(text));
  }

  @Test
  void bitsBehindTheCheckSumMustBeZero() {
    // The same 57 bytes, but the last character holds a bit that belongs to none.
    String text = INVITATION.substring(0, INVITATION.length() - 1) + "b";
    assertTrue(refusal(text).startsWith("the secret's check sum does not match"), refusal(text));
  }

  @Test
  void aPasswordsCharactersAreCountedNotItsBytes() throws Exception {
    String eleven = "\uD83D\uDC34".repeat(11);
    assertTrue(refusal(eleven).startsWith("the password is too short"));
    assertInstanceOf(Password.class, Secret.parse(eleven + "!"));
    assertEquals(
        "the secret holds a control character; expected text", refusal("correct\u0007 horse"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "correct horse battery staple, and more",
        "correct-horse-battery-staple-tomorrow-42",
        "mp3-player of alice",
        "correcthorsebatterystaplecorrecthorsebat"
      })
  void whatAPersonWouldThinkOfIsAPassword(String text) throws Exception {
    assertInstanceOf(Password.class, Secret.parse(text));
  }

  @Test
  void anySingleSlipIsNoticed() throws Exception {
    String digits = "abcdefghijklmnopqrstuvwxyz234567";
    String text = SHARED.replace("-", "");
    for (int i = 4; i < text.length(); i++) {
      for (int digit = 0; digit < digits.length(); digit++) {
        String slip = text.substring(0, i) + digits.charAt(digit) + text.substring(i + 1);
        if (!slip.equals(text)) {
          assertThrows(SecretException.class, () -> Secret.parse(slip), slip);
        }
      }
    }
  }

  @Test
  void noSecretIsPrintedByAccident() throws Exception {
    assertEquals("a shared secret", Secret.parse(SHARED).toString());
    assertEquals("an invitation", Secret.parse(INVITATION).toString());
    assertEquals("a typed password", Secret.parse("correct horse").toString());
    assertEquals(
        "'mps1-...' and mpt1-... too",
        SecretText.hidden("'" + SHARED + "' and " + INVITATION + " too"));
    assertEquals("vps1.example.org 4000", SecretText.hidden("vps1.example.org 4000"));
  }

  @Test
  void garbageIsReadOrRefusedAndNotShown() {
    long seed = System.nanoTime();
    Random garbage = new Random(seed);
    String pieces = "mps1-mpt1-mpsl- abz27-01\u00e9\0\u2028\uD83D\uDC34\uD83D\n" + SHARED;
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder(garbage.nextBoolean() ? "mps1-" : "");
      for (int i = garbage.nextInt(60); i > 0; i--) {
        text.append(pieces.charAt(garbage.nextInt(pieces.length())));
      }
      try {
        Secret.parse(text.toString());
      } catch (SecretException e) {
        assertTrue(e.getMessage().chars().allMatch(c -> c >= ' ' && c < 0x7F), "seed " + seed);
        assertFalse(e.getMessage().contains("aaaqe"), "seed " + seed);
      }
    }
  }

  private static String refusal(String text) {
    return assertThrows(SecretException.class, () -> Secret.parse(text)).getMessage();
  }

  private static void assertHex(String expected, byte[] actual) {
    assertEquals(expected, HexFormat.of().formatHex(actual));
  }

  @Test
  void anInvitationToAKeyOfLowOrderIsRefused() {
    String text = new Invitation(new byte[32], new byte[20]).text();
    SecretException refused = assertThrows(SecretException.class, () -> Secret.parse(text));
    assertEquals(
        "the invitation holds a key that no server has; expected one made by 'mpserver invite'",
        refused.getMessage());
  }
}
