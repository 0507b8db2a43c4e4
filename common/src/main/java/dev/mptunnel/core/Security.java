package dev.mptunnel.core;

import dev.mptunnel.crypto.Client;
import dev.mptunnel.wire.PacketProtection;
import java.util.random.RandomGenerator;

/**
 * How an endpoint opens sessions and keeps them whole: the seam between plain and sealed mode. Used
 * by the thread that drives its {@link Endpoint}.
 *
 * <p>It sees heads and bodies of handshake packets ({@link dev.mptunnel.wire.Handshake}); what
 * stands around them, when they are sent, and how much of them is borne, is the endpoint's
 * business.
 */
public interface Security {

  /** The key by which our handshake packets and session ids are told from strangers'. */
  byte[] macKey();

  /** The mode of the handshakes that we start, or that we would. */
  int mode();

  /** Whether we answer handshakes of this mode. */
  boolean answers(int mode);

  /**
   * Whether keys must be renewed before they are old, and then forgotten. False where there are
   * none.
   */
  boolean keysAge();

  /**
   * Starts a handshake.
   *
   * @param head of the INIT that will carry it
   */
  Initiation initiate(byte[] head, RandomGenerator random);

  /**
   * Reads the INIT of a handshake, of a mode that we answer.
   *
   * @return null if it is not for us or was altered
   */
  Reception receive(byte[] head, byte[] body);

  /** The key of the {@link dev.mptunnel.wire.Hint}s about this session. */
  byte[] resetKey(long sessionId);

  /** The client that has this public key now, or null if it is nobody's in particular. */
  Client client(byte[] publicKey);

  /** A handshake of ours that waits for its answer. */
  interface Initiation {

    /** The INIT's body, the same on every path. */
    byte[] body();

    /** Reads a RESPONSE's body; null if it is not the answer to this. */
    Established read(byte[] body);
  }

  /** A peer's handshake that waits for our answer. */
  interface Reception {

    /** The public key that the peer proved to hold, or an empty array where there are none. */
    byte[] publicKey();

    /** Whom it belongs to, or null. */
    Client client();

    /** Makes the answer. */
    Answer answer(HandshakeStatus status, byte[] resetKey, RandomGenerator random);
  }

  /**
   * Our answer to a handshake.
   *
   * @param body of the RESPONSE
   * @param protection of the epoch that it opens
   */
  record Answer(byte[] body, PacketProtection protection) {}

  /**
   * What the answer to our handshake said.
   *
   * @param resetKey that the peer's hints will be made with
   */
  record Established(HandshakeStatus status, byte[] resetKey, PacketProtection protection) {}
}
