package dev.mptunnel.core;

/** Why a handshake came to nothing, as far as can be told. */
public enum Refusal {
  /** The initiator is in plain mode and we are not. */
  PLAIN,
  /** We are in plain mode and the initiator is not. */
  SEALED,
  /** The initiator has no secret, but the responder has. */
  NO_SECRET,
  /** The initiator means a responder with another key: another secret, or noise. */
  OTHER_SECRET,
  /** The other end speaks another version. */
  OTHER_VERSION,
  /** The client's invitation was revoked. */
  REVOKED,
  /** There is no room for another session. */
  FULL,
  /** The responder has our key, but not the one it should have for us; or we have not its. */
  UNKNOWN_CLIENT,
  /** The session belongs to another client. */
  OTHER_CLIENT
}
