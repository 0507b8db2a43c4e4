package dev.mptunnel.harness.lab;

/**
 * What a tunnel's two ends have used, and how many datagrams they were given for it. Each end
 * handles every datagram, whichever way it goes.
 *
 * @param clientNanos processor time of the client's part, user and system
 * @param serverNanos the same of the server's part
 * @param datagrams given to both ends together, by whoever uses the tunnel
 */
public record Usage(long clientNanos, long serverNanos, long datagrams) {

  /** Where there is no tunnel. */
  static final Usage NONE = new Usage(0, 0, 0);

  /** Both together. */
  Usage plus(Usage other) {
    return new Usage(
        clientNanos + other.clientNanos,
        serverNanos + other.serverNanos,
        datagrams + other.datagrams);
  }

  /** What was used since. */
  public Usage minus(Usage earlier) {
    return new Usage(
        clientNanos - earlier.clientNanos,
        serverNanos - earlier.serverNanos,
        datagrams - earlier.datagrams);
  }

  /** Microseconds of the client's for a datagram; NaN where there were no datagrams. */
  public double clientMicros() {
    return perDatagramMicros(clientNanos);
  }

  /** Microseconds of the server's for a datagram; NaN where there were no datagrams. */
  public double serverMicros() {
    return perDatagramMicros(serverNanos);
  }

  private double perDatagramMicros(long nanos) {
    return datagrams == 0 ? Double.NaN : nanos / 1e3 / datagrams;
  }
}
