package dev.mptunnel.core;

/** What a responder says of an initiator that it knows; the number goes over the wire. */
public enum HandshakeStatus {
  /** The epoch may be used. */
  WELCOME,
  /** The invitation was revoked. */
  REVOKED,
  /** There is no room for another session. */
  FULL;

  /** The status of this number; one of a later version is taken for the least hopeful. */
  static HandshakeStatus of(int number) {
    return number < values().length ? values()[number] : REVOKED;
  }
}
