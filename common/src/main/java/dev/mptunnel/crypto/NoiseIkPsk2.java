package dev.mptunnel.crypto;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One handshake of {@code Noise_IKpsk2_25519_AESGCM_SHA256} (noiseprotocol.org, revision 34),
 * either end. The initiator knows the responder's public key; the responder learns who it is, and
 * so which pre-shared key to mix in, from message 1.
 *
 * <pre>
 *    initiator                                       responder
 *    writeMessage1  -- e, es, s, ss, payload -->     readMessage1, initiatorPublicKey
 *    readMessage2   <-- e, ee, se, psk, payload --   writeMessage2
 *    split                                           split
 *
 *   message 1:  e:256 | s:256 tag:128 | payload tag:128
 *   message 2:  e:256 | payload tag:128
 * </pre>
 *
 * <p>Message 1 is all that a responder can check before it has answered, and it can be repeated by
 * anyone who saw it: only what opens under the transport keys proves that the initiator is there.
 *
 * <p>Errors:
 *
 * <ul>
 *   <li>Whatever comes from the network either authenticates or gives null; nothing throws.
 *   <li>After null from {@link #readMessage1} the object is of no more use.
 *   <li>Null from {@link #readMessage2} changes nothing: forged answers must not keep the honest
 *       one out.
 *   <li>A call out of order is an {@link IllegalStateException}; a key of the wrong length, and a
 *       responder whose public key is of low order, an {@link IllegalArgumentException}.
 * </ul>
 *
 * <p>Arrays that are given must not change until the handshake is over. Used by one thread at a
 * time.
 */
public final class NoiseIkPsk2 {

  /** Bytes in a pre-shared key. */
  public static final int PSK_BYTES = 32;

  /** Bytes in message 1 besides its payload. */
  public static final int MESSAGE_1_BYTES = 2 * Curve25519.KEY_BYTES + 2 * Aead.TAG_BYTES;

  /** Bytes in message 2 besides its payload. */
  public static final int MESSAGE_2_BYTES = Curve25519.KEY_BYTES + Aead.TAG_BYTES;

  private static final String NAME = "Noise_IKpsk2_25519_AESGCM_SHA256";

  private enum Step {
    WRITE_1,
    READ_1,
    WRITE_2,
    READ_2,
    SPLIT,
    FAILED
  }

  private final StaticKeys own;
  private SymmetricState state = new SymmetricState(NAME);
  private Step next;

  /** The initiator's; the responder needs its own, and the psk, only while it answers. */
  private byte[] ephemeralPrivate;

  private byte[] psk;

  // As Noise names them: the other end's ephemeral and static public keys.
  private byte[] re;
  private byte[] rs;

  private NoiseIkPsk2(Step first, byte[] prologue, StaticKeys own, byte[] responderPublicKey) {
    this.next = first;
    this.own = own;
    state.mixHash(prologue);
    state.mixHash(responderPublicKey);
  }

  /**
   * The end that begins.
   *
   * @param prologue what both ends must know alike; of any length
   * @param psk {@link #PSK_BYTES} that the responder has for this initiator
   * @param ephemeralPrivate random bytes as long as a key, never used before
   */
  public static NoiseIkPsk2 initiator(
      byte[] prologue,
      StaticKeys own,
      byte[] responderPublicKey,
      byte[] psk,
      byte[] ephemeralPrivate) {
    NoiseIkPsk2 handshake = new NoiseIkPsk2(Step.WRITE_1, prologue, own, responderPublicKey);
    handshake.rs = responderPublicKey;
    handshake.psk = checked(psk);
    handshake.ephemeralPrivate = ephemeralPrivate;
    return handshake;
  }

  /** The end that answers. */
  public static NoiseIkPsk2 responder(byte[] prologue, StaticKeys own) {
    return new NoiseIkPsk2(Step.READ_1, prologue, own, own.publicKey());
  }

  /** The initiator's message: {@link #MESSAGE_1_BYTES} and the payload. */
  public byte[] writeMessage1(byte[] payload) {
    step(Step.WRITE_1, Step.READ_2);
    byte[] e = mixEphemeral(state, Curve25519.publicKey(ephemeralPrivate));
    if (!mixAgreement(state, ephemeralPrivate, rs)) {
      throw new IllegalArgumentException("the responder's public key is of low order");
    }
    byte[] s = state.encryptAndHash(own.publicKey());
    mixAgreement(state, own.privateKey(), rs);
    return concatenate(e, s, state.encryptAndHash(payload));
  }

  /**
   * What the initiator says, whom {@link #initiatorPublicKey} then names.
   *
   * @return the payload, or null where the message does not authenticate
   */
  public byte[] readMessage1(byte[] message) {
    step(Step.READ_1, Step.FAILED);
    if (message.length < MESSAGE_1_BYTES) {
      return null;
    }
    int sEnd = MESSAGE_1_BYTES - Aead.TAG_BYTES;
    re = mixEphemeral(state, Arrays.copyOf(message, Curve25519.KEY_BYTES));
    if (!mixAgreement(state, own.privateKey(), re)) {
      return null;
    }
    rs = state.decryptAndHash(Arrays.copyOfRange(message, Curve25519.KEY_BYTES, sEnd));
    if (rs == null || !mixAgreement(state, own.privateKey(), rs)) {
      return null;
    }
    byte[] payload = state.decryptAndHash(Arrays.copyOfRange(message, sEnd, message.length));
    if (payload != null) {
      next = Step.WRITE_2;
    }
    return payload;
  }

  /** Who the initiator is: for the responder, between message 1 and its answer. */
  public byte[] initiatorPublicKey() {
    check(Step.WRITE_2);
    return rs;
  }

  /**
   * The responder's answer: {@link #MESSAGE_2_BYTES} and the payload.
   *
   * @param psk the pre-shared key of the initiator that message 1 named
   * @param ephemeralPrivate random bytes as long as a key, never used before
   */
  public byte[] writeMessage2(byte[] payload, byte[] psk, byte[] ephemeralPrivate) {
    step(Step.WRITE_2, Step.SPLIT);
    byte[] e = mixEphemeral(state, Curve25519.publicKey(ephemeralPrivate));
    // Neither key is of low order, or message 1 would not have authenticated.
    mixAgreement(state, ephemeralPrivate, re);
    mixAgreement(state, ephemeralPrivate, rs);
    state.mixKeyAndHash(checked(psk));
    return concatenate(e, state.encryptAndHash(payload));
  }

  /**
   * What the responder says.
   *
   * @return the payload, or null where the message does not authenticate, after which the next may
   */
  public byte[] readMessage2(byte[] message) {
    check(Step.READ_2);
    if (message.length < MESSAGE_2_BYTES) {
      return null;
    }
    SymmetricState after = new SymmetricState(state);
    byte[] e = mixEphemeral(after, Arrays.copyOf(message, Curve25519.KEY_BYTES));
    if (!mixAgreement(after, ephemeralPrivate, e) || !mixAgreement(after, own.privateKey(), e)) {
      return null;
    }
    after.mixKeyAndHash(psk);
    byte[] sealed = Arrays.copyOfRange(message, Curve25519.KEY_BYTES, message.length);
    byte[] payload = after.decryptAndHash(sealed);
    if (payload != null) {
      state = after;
      next = Step.SPLIT;
    }
    return payload;
  }

  /** The keys that both ends now share. */
  public TransportKeys split() {
    check(Step.SPLIT);
    return state.split();
  }

  private void step(Step from, Step to) {
    check(from);
    next = to;
  }

  private void check(Step expected) {
    if (next != expected) {
      throw new IllegalStateException("next is " + next + ", not " + expected);
    }
  }

  /** Section 9.2: with a pre-shared key, an ephemeral public key is also mixed into the key. */
  private static byte[] mixEphemeral(SymmetricState state, byte[] publicKey) {
    state.mixHash(publicKey);
    state.mixKey(publicKey);
    return publicKey;
  }

  private static boolean mixAgreement(SymmetricState state, byte[] privateKey, byte[] publicKey) {
    byte[] secret = Curve25519.agree(privateKey, publicKey);
    if (secret == null) {
      return false;
    }
    state.mixKey(secret);
    return true;
  }

  private static byte[] checked(byte[] psk) {
    if (psk.length != PSK_BYTES) {
      throw new IllegalArgumentException("a pre-shared key of " + psk.length + " bytes");
    }
    return psk;
  }

  private static byte[] concatenate(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer whole = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      whole.put(part);
    }
    return whole.array();
  }
}
