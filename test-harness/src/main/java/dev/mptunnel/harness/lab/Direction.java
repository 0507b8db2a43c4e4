package dev.mptunnel.harness.lab;

/** Which way the bulk of the data goes. */
public enum Direction {
  /** From the client to the server. */
  UP,
  /** From the server to the client. */
  DOWN
}
