package dev.mptunnel.harness.lab;

/**
 * The processor time that a competitor's programs have used, user and system.
 *
 * @param bridgesNanos of all bridges together
 */
record Processors(long clientNanos, long serverNanos, long bridgesNanos) {

  /** Where no program of a competitor's runs. */
  static final Processors NONE = new Processors(0, 0, 0);

  Processors minus(Processors earlier) {
    return new Processors(
        clientNanos - earlier.clientNanos,
        serverNanos - earlier.serverNanos,
        bridgesNanos - earlier.bridgesNanos);
  }
}
