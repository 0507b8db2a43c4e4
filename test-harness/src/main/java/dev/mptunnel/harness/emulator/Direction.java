package dev.mptunnel.harness.emulator;

/** Which way a datagram goes. */
public enum Direction {
  /** From the side that speaks first, the client. */
  UP,
  /** Back to it. */
  DOWN;
}
