package dev.mptunnel.harness.lab;

/**
 * How much is sent, and which way.
 *
 * @param direction of the data
 * @param warmUpSeconds of each transfer that do not count: a connection that has run for a while is
 *     what its user has
 * @param seconds of each transfer that count, after those
 */
record BulkLoad(Direction direction, int warmUpSeconds, int seconds) {

  int totalSeconds() {
    return warmUpSeconds + seconds;
  }
}
