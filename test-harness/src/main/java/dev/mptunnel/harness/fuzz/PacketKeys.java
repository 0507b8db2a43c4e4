package dev.mptunnel.harness.fuzz;

import dev.mptunnel.core.Security;

/** The security of two ends, and what somebody can do who sees all of their packets. */
interface PacketKeys {

  /** A datagram in a packet that opens. */
  interface Handler {
    void onDatagram(int flow, byte[] payload);
  }

  /** What an end of its kind has, in one of its lives. */
  Security security(boolean isServer);

  /** Sees a packet. */
  void learn(byte[] packet);

  /** The newest epoch that a handshake has been answered for. */
  int newestEpoch();

  /** A packet of this header and frames, as well as it can be forged. */
  byte[] seal(byte[] headerAndFrames);

  /**
   * Whether a packet that nobody sent may be taken for one that somebody did.
   *
   * @param fromInitiator the role whose packets are taken
   * @param handler told of what it may then deliver
   */
  boolean opens(byte[] packet, boolean fromInitiator, Handler handler);
}
