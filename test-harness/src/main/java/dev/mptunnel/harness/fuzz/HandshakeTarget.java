package dev.mptunnel.harness.fuzz;

import dev.mptunnel.crypto.NoiseIkPsk2;
import dev.mptunnel.crypto.StaticKeys;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The messages of a sealed handshake, some of somebody who has no keys, and some of a peer who puts
 * what he likes into them: of the first nothing authenticates, and the handshake goes on as if he
 * were not there; of the second everything arrives.
 */
final class HandshakeTarget implements FuzzTarget {

  private static final StaticKeys SERVER = StaticKeys.random(new SplittableRandom(1));
  private static final StaticKeys CLIENT = StaticKeys.random(new SplittableRandom(2));
  private static final byte[] PROLOGUE = new byte[0];
  private static final byte[] PSK = new byte[NoiseIkPsk2.PSK_BYTES];
  private static final byte[] PAYLOAD = {1, 2, 3};

  @Override
  public void accept(byte[] input) {
    InputReader reader = new InputReader(input);
    int kind = reader.nextByte() % 3;
    int at = reader.nextByte();
    byte[] rest = reader.rest();
    NoiseIkPsk2 client =
        NoiseIkPsk2.initiator(PROLOGUE, CLIENT, SERVER.publicKey(), PSK, ephemeral(3));
    NoiseIkPsk2 server = NoiseIkPsk2.responder(PROLOGUE, SERVER);
    byte[] payload = kind == 2 ? rest : PAYLOAD;
    byte[] message1 = client.writeMessage1(payload);
    if (kind == 0) {
      mustNotRead(message1, rest);
      mustNotRead(message1, damaged(message1, at, rest));
    }
    mustBe(payload, server.readMessage1(message1));
    mustBe(CLIENT.publicKey(), server.initiatorPublicKey());
    byte[] message2 = server.writeMessage2(payload, PSK, ephemeral(4));
    if (kind == 1) {
      mustNotRead(client, message2, rest);
      mustNotRead(client, message2, damaged(message2, at, rest));
    }
    mustBe(payload, client.readMessage2(message2));
  }

  private static void mustNotRead(byte[] message1, byte[] other) {
    if (!Arrays.equals(message1, other)) {
      Must.equal(null, NoiseIkPsk2.responder(PROLOGUE, SERVER).readMessage1(other), "message 1");
    }
  }

  private static void mustNotRead(NoiseIkPsk2 client, byte[] message2, byte[] other) {
    if (!Arrays.equals(message2, other)) {
      Must.equal(null, client.readMessage2(other), "message 2");
    }
  }

  private static void mustBe(byte[] expected, byte[] actual) {
    Must.hold(Arrays.equals(expected, actual), "the peer reads something else");
  }

  private static byte[] damaged(byte[] message, int at, byte[] others) {
    byte[] damaged = message.clone();
    int from = at % damaged.length;
    System.arraycopy(others, 0, damaged, from, Math.min(others.length, damaged.length - from));
    return damaged;
  }

  private static byte[] ephemeral(int seed) {
    byte[] key = new byte[NoiseIkPsk2.PSK_BYTES];
    new SplittableRandom(seed).nextBytes(key);
    return key;
  }

  @Override
  public List<byte[]> seeds() {
    // Keys of low order at the start of either message.
    byte[] zero = new byte[2 + NoiseIkPsk2.MESSAGE_1_BYTES];
    byte[] one = zero.clone();
    one[0] = 1;
    one[2] = 1;
    return List.of(zero, one, new byte[] {2, 0, 'a', 'b'});
  }
}
