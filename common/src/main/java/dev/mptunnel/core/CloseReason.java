package dev.mptunnel.core;

/** Why a session ended. */
public enum CloseReason {
  /** This end was closed. */
  LOCAL,
  /** The other end said that it closes. */
  PEER,
  /** The other end said that it does not let us in any more. */
  REVOKED,
  /** Nothing was heard of the other end for the session time-out. */
  IDLE
}
