package dev.mptunnel.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Properties;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The handshake against the published vectors, and against everything that must not pass. */
class NoiseIkPsk2Test {

  private static final byte[] NOTHING = {};
  private static final byte[] PROLOGUE = "mptunnel 1".getBytes(StandardCharsets.US_ASCII);

  private final SplittableRandom random = new SplittableRandom(1);
  private final StaticKeys client = StaticKeys.random(random);
  private final StaticKeys server = StaticKeys.random(random);
  private final byte[] psk = random32();

  private NoiseIkPsk2 initiator;
  private NoiseIkPsk2 responder;

  @BeforeEach
  void start() {
    initiator = initiator(PROLOGUE, server.publicKey(), psk);
    responder = NoiseIkPsk2.responder(PROLOGUE, server);
  }

  @Test
  void speaksAsThePublishedVectorsShow() throws IOException {
    Properties vectors = new Properties();
    try (InputStream in = NoiseIkPsk2Test.class.getResourceAsStream("noise-ikpsk2.properties")) {
      vectors.load(in);
    }
    initiator =
        NoiseIkPsk2.initiator(
            hex(vectors, "init_prologue"),
            StaticKeys.of(hex(vectors, "init_static")),
            hex(vectors, "init_remote_static"),
            hex(vectors, "init_psks"),
            hex(vectors, "init_ephemeral"));
    responder =
        NoiseIkPsk2.responder(
            hex(vectors, "resp_prologue"), StaticKeys.of(hex(vectors, "resp_static")));

    byte[] payload1 = hex(vectors, "message_1_payload");
    byte[] message1 = hex(vectors, "message_1_ciphertext");
    assertArrayEquals(message1, initiator.writeMessage1(payload1));
    assertArrayEquals(payload1, responder.readMessage1(message1));

    byte[] payload2 = hex(vectors, "message_2_payload");
    byte[] message2 = hex(vectors, "message_2_ciphertext");
    assertArrayEquals(
        message2,
        responder.writeMessage2(
            payload2, hex(vectors, "resp_psks"), hex(vectors, "resp_ephemeral")));
    assertArrayEquals(payload2, initiator.readMessage2(message2));

    for (TransportKeys keys : new TransportKeys[] {initiator.split(), responder.split()}) {
      for (int i = 3; i <= 6; i++) {
        byte[] key = i % 2 == 1 ? keys.initiatorToResponder() : keys.responderToInitiator();
        byte[] nonce = new byte[Aead.NONCE_BYTES];
        nonce[nonce.length - 1] = (byte) ((i - 3) / 2);
        assertArrayEquals(
            hex(vectors, "message_" + i + "_ciphertext"),
            new Aead(key).seal(nonce, NOTHING, hex(vectors, "message_" + i + "_payload")),
            "message " + i);
      }
    }
  }

  @Test
  void bothEndsLearnWhatTheOtherSays() {
    byte[] message1 = initiator.writeMessage1(NOTHING);
    assertArrayEquals(NOTHING, responder.readMessage1(message1));
    assertArrayEquals(client.publicKey(), responder.initiatorPublicKey());
    byte[] message2 = responder.writeMessage2(new byte[] {1, 2, 3}, psk, random32());
    assertArrayEquals(new byte[] {1, 2, 3}, initiator.readMessage2(message2));
    TransportKeys ours = initiator.split();
    TransportKeys theirs = responder.split();
    assertArrayEquals(ours.initiatorToResponder(), theirs.initiatorToResponder());
    assertArrayEquals(ours.responderToInitiator(), theirs.responderToInitiator());
  }

  @Test
  void aDamagedMessage1IsRefused() {
    byte[] message1 = initiator.writeMessage1(new byte[] {5});
    for (int i = 0; i < message1.length; i++) {
      byte[] damaged = message1.clone();
      damaged[i] ^= (byte) (1 << random.nextInt(8));
      assertNull(NoiseIkPsk2.responder(PROLOGUE, server).readMessage1(damaged), "byte " + i);
    }
    for (int length = 0; length < message1.length; length++) {
      byte[] cut = Arrays.copyOf(message1, length);
      assertNull(NoiseIkPsk2.responder(PROLOGUE, server).readMessage1(cut), "cut to " + length);
    }
    byte[] extended = Arrays.copyOf(message1, message1.length + 1);
    assertNull(NoiseIkPsk2.responder(PROLOGUE, server).readMessage1(extended));
    assertArrayEquals(new byte[] {5}, responder.readMessage1(message1));
  }

  @Test
  void noForgedMessage2KeepsTheHonestOneOut() {
    responder.readMessage1(initiator.writeMessage1(NOTHING));
    byte[] message2 = responder.writeMessage2(new byte[17], psk, random32());
    for (int i = 0; i < message2.length; i++) {
      byte[] damaged = message2.clone();
      damaged[i] ^= (byte) (1 << random.nextInt(8));
      assertNull(initiator.readMessage2(damaged), "byte " + i);
    }
    for (int length = 0; length < message2.length; length++) {
      assertNull(initiator.readMessage2(Arrays.copyOf(message2, length)), "cut to " + length);
    }
    assertNull(initiator.readMessage2(Arrays.copyOf(message2, message2.length + 1)));
    byte[] lowOrder = message2.clone();
    Arrays.fill(lowOrder, 0, Curve25519.KEY_BYTES, (byte) 0);
    assertNull(initiator.readMessage2(lowOrder));
    assertArrayEquals(new byte[17], initiator.readMessage2(message2));
    assertArrayEquals(
        responder.split().initiatorToResponder(), initiator.split().initiatorToResponder());
  }

  @Test
  void whoHasAnotherPskAnswersInVain() {
    responder.readMessage1(initiator.writeMessage1(NOTHING));
    assertNull(initiator.readMessage2(responder.writeMessage2(NOTHING, random32(), random32())));
  }

  @Test
  void anotherServerCannotReadMessage1() {
    StaticKeys other = StaticKeys.random(random);
    initiator = initiator(PROLOGUE, other.publicKey(), psk);
    assertNull(responder.readMessage1(initiator.writeMessage1(NOTHING)));
  }

  @Test
  void bothEndsMustKnowTheSamePrologue() {
    initiator = initiator(new byte[] {1}, server.publicKey(), psk);
    assertNull(responder.readMessage1(initiator.writeMessage1(NOTHING)));
  }

  @Test
  void keysOfLowOrderAreRefusedWhereverTheyStand() {
    byte[] lowOrder = new byte[Curve25519.KEY_BYTES];
    byte[] message1 = initiator.writeMessage1(NOTHING);
    System.arraycopy(lowOrder, 0, message1, 0, lowOrder.length);
    assertNull(responder.readMessage1(message1), "as the initiator's ephemeral key");

    StaticKeys nobody = new StaticKeys(client.privateKey(), lowOrder);
    initiator = NoiseIkPsk2.initiator(PROLOGUE, nobody, server.publicKey(), psk, random32());
    responder = NoiseIkPsk2.responder(PROLOGUE, server);
    assertNull(responder.readMessage1(initiator.writeMessage1(NOTHING)), "as its static key");

    NoiseIkPsk2 toNobody = initiator(PROLOGUE, lowOrder, psk);
    assertThrows(IllegalArgumentException.class, () -> toNobody.writeMessage1(NOTHING));
  }

  @Test
  void aCallOutOfOrderIsAMistakeOfTheCaller() {
    assertThrows(IllegalStateException.class, () -> initiator.readMessage2(NOTHING));
    assertThrows(IllegalStateException.class, () -> initiator.readMessage1(NOTHING));
    assertThrows(IllegalStateException.class, () -> responder.writeMessage1(NOTHING));
    assertThrows(IllegalStateException.class, () -> responder.initiatorPublicKey());
    assertThrows(IllegalStateException.class, () -> responder.split());
    byte[] message1 = initiator.writeMessage1(NOTHING);
    assertThrows(IllegalStateException.class, () -> initiator.writeMessage1(NOTHING));
    assertThrows(IllegalStateException.class, () -> initiator.split());

    assertNull(responder.readMessage1(NOTHING));
    assertThrows(IllegalStateException.class, () -> responder.readMessage1(message1));
    byte[] ephemeral = random32();
    assertThrows(
        IllegalStateException.class, () -> responder.writeMessage2(NOTHING, psk, ephemeral));
  }

  @Test
  void aPskOfAnotherLengthIsAMistakeOfTheCaller() {
    byte[] tooShort = new byte[31];
    assertThrows(
        IllegalArgumentException.class, () -> initiator(PROLOGUE, server.publicKey(), tooShort));
    assertNotNull(responder.readMessage1(initiator.writeMessage1(NOTHING)));
    byte[] ephemeral = random32();
    assertThrows(
        IllegalArgumentException.class,
        () -> responder.writeMessage2(NOTHING, tooShort, ephemeral));
  }

  private NoiseIkPsk2 initiator(byte[] prologue, byte[] serverPublicKey, byte[] psk) {
    return NoiseIkPsk2.initiator(prologue, client, serverPublicKey, psk, random32());
  }

  private byte[] random32() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] hex(Properties vectors, String name) {
    return HexFormat.of().parseHex(vectors.getProperty(name));
  }
}
