package dev.mptunnel.core;

import dev.mptunnel.crypto.Client;
import dev.mptunnel.crypto.ClientDirectory;
import dev.mptunnel.crypto.ClientKeys;
import dev.mptunnel.crypto.Hkdf;
import dev.mptunnel.crypto.Hmac;
import dev.mptunnel.crypto.NoiseIkPsk2;
import dev.mptunnel.crypto.SealedProtection;
import dev.mptunnel.crypto.ServerKeys;
import dev.mptunnel.crypto.StaticKeys;
import dev.mptunnel.wire.Handshake;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Sealed mode: a handshake of the pattern {@code Noise_IKpsk2_25519_AESGCM_SHA256}, in which the
 * initiator knows the responder's public key beforehand and both hold a pre-shared key that depends
 * on who the initiator is, and then AES-GCM.
 */
public final class SealedSecurity implements Security {

  /** Bytes of an INIT: Noise's message 1 is two keys and two tags. */
  static final int INIT_BYTES = Handshake.HEAD_BYTES + 96 + Handshake.INIT_TRAILER_BYTES;

  private static final byte[] PROLOGUE = "mptunnel 1".getBytes(StandardCharsets.US_ASCII);
  private static final int KEY_BYTES = 32;

  private final StaticKeys own;
  private final byte[] responderPublicKey;
  private final byte[] psk;
  private final int mode;
  private final byte[] macKey;
  private final byte[] resetKey;
  private ClientDirectory clients = publicKey -> null;

  private SealedSecurity(StaticKeys own, byte[] responderPublicKey, byte[] psk, int mode) {
    this.own = own;
    this.responderPublicKey = responderPublicKey;
    this.psk = psk;
    this.mode = mode;
    macKey = macKey(responderPublicKey);
    resetKey = Hkdf.derive(own.privateKey(), "mptunnel reset", KEY_BYTES);
  }

  /**
   * What a client has.
   *
   * @param keyBits of the cipher, 256 or 128
   */
  public static SealedSecurity initiator(ClientKeys keys, int keyBits) {
    int mode = keyBits == 128 ? Handshake.MODE_AES_128 : Handshake.MODE_AES_256;
    return new SealedSecurity(keys.own(), keys.serverPublicKey(), keys.psk(), mode);
  }

  /**
   * What a server has.
   *
   * @param clients those that have a key of their own; all others have the shared one
   */
  public static SealedSecurity responder(ServerKeys keys, ClientDirectory clients) {
    SealedSecurity security =
        new SealedSecurity(
            keys.own(), keys.own().publicKey(), keys.sharedPsk(), Handshake.MODE_AES_256);
    security.clients = clients;
    return security;
  }

  /** Replaces the directory; the endpoint is to be told by {@link Endpoint#reviewClients}. */
  public void clients(ClientDirectory directory) {
    clients = directory;
  }

  /** The {@link Security#macKey} of all who speak with the responder of this public key. */
  static byte[] macKey(byte[] responderPublicKey) {
    return Hkdf.derive(responderPublicKey, "mptunnel mac1", KEY_BYTES);
  }

  @Override
  public byte[] macKey() {
    return macKey.clone();
  }

  @Override
  public int mode() {
    return mode;
  }

  @Override
  public boolean answers(int asked) {
    return asked == Handshake.MODE_AES_256 || asked == Handshake.MODE_AES_128;
  }

  @Override
  public boolean keysAge() {
    return true;
  }

  @Override
  public Initiation initiate(byte[] head, RandomGenerator random) {
    NoiseIkPsk2 noise =
        NoiseIkPsk2.initiator(prologue(head), own, responderPublicKey, psk, newKey(random));
    return new SealedInitiation(noise, noise.writeMessage1(new byte[0]), keyBits(head));
  }

  @Override
  public Reception receive(byte[] head, byte[] body) {
    NoiseIkPsk2 noise = NoiseIkPsk2.responder(prologue(head), own);
    return noise.readMessage1(body) == null ? null : new SealedReception(noise, keyBits(head));
  }

  @Override
  public byte[] resetKey(long sessionId) {
    byte[] id = ByteBuffer.allocate(Long.BYTES).putLong(sessionId).array();
    return Arrays.copyOf(new Hmac(resetKey).tag(id), Handshake.MAC_BYTES);
  }

  @Override
  public Client client(byte[] publicKey) {
    return clients.find(publicKey);
  }

  /** The INIT's head is bound to the keys: nobody moves a handshake to another session or epoch. */
  private static byte[] prologue(byte[] head) {
    byte[] prologue = Arrays.copyOf(PROLOGUE, PROLOGUE.length + head.length);
    System.arraycopy(head, 0, prologue, PROLOGUE.length, head.length);
    return prologue;
  }

  private static int keyBits(byte[] head) {
    return head[Handshake.HEAD_BYTES - 1] == Handshake.MODE_AES_128 ? 128 : 256;
  }

  private static byte[] newKey(RandomGenerator random) {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    return key;
  }

  private record SealedInitiation(NoiseIkPsk2 noise, byte[] body, int keyBits)
      implements Initiation {

    @Override
    public Established read(byte[] answer) {
      byte[] payload = noise.readMessage2(answer);
      if (payload == null || payload.length < 1 + Handshake.MAC_BYTES) {
        return null;
      }
      return new Established(
          HandshakeStatus.of(payload[0] & 0xff),
          Arrays.copyOfRange(payload, 1, 1 + Handshake.MAC_BYTES),
          new SealedProtection(noise.split(), true, keyBits));
    }
  }

  private final class SealedReception implements Reception {

    private final NoiseIkPsk2 noise;
    private final int keyBits;
    private final byte[] publicKey;
    private final Client client;

    SealedReception(NoiseIkPsk2 noise, int keyBits) {
      this.noise = noise;
      this.keyBits = keyBits;
      publicKey = noise.initiatorPublicKey();
      client = SealedSecurity.this.client(publicKey);
    }

    @Override
    public byte[] publicKey() {
      return publicKey;
    }

    @Override
    public Client client() {
      return client;
    }

    @Override
    public Answer answer(HandshakeStatus status, byte[] resetKey, RandomGenerator random) {
      ByteBuffer payload = ByteBuffer.allocate(1 + resetKey.length);
      payload.put((byte) status.ordinal()).put(resetKey);
      byte[] clientPsk = client == null ? psk : client.psk();
      byte[] body = noise.writeMessage2(payload.array(), clientPsk, newKey(random));
      return new Answer(body, new SealedProtection(noise.split(), false, keyBits));
    }
  }
}
