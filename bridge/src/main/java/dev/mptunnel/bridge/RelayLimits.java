package dev.mptunnel.bridge;

import java.util.concurrent.TimeUnit;

/**
 * What a relay may hold.
 *
 * @param maxClients entries that a server has answered
 * @param idleNanos how long such an entry lives after its last datagram
 * @param maxUnproven entries that no server has answered yet
 * @param unprovenNanos how long such an entry lives
 * @param newPerSecond entries made in a second, over a burst of {@code maxUnproven}: each costs a
 *     socket, and the time to open one is time that the clients who are there already do not get
 */
record RelayLimits(
    int maxClients, long idleNanos, int maxUnproven, long unprovenNanos, int newPerSecond) {

  private static final int CONNECTIONS_OF_CLIENT = 4;

  private static final int MAX_UNPROVEN = 1024;
  private static final long UNPROVEN_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int NEW_PER_SECOND = 2000;

  static RelayLimits of(int maxClients, long idleNanos) {
    return new RelayLimits(maxClients, idleNanos, MAX_UNPROVEN, UNPROVEN_NANOS, NEW_PER_SECOND);
  }

  /** What one of so many loops may hold, and make, of what no client of its own needs. */
  RelayLimits share(int loops) {
    return new RelayLimits(
        maxClients,
        idleNanos,
        Math.max(1, maxUnproven / loops),
        unprovenNanos,
        Math.max(1, newPerSecond / loops));
  }

  /** TCP connections at once that a server has answered. */
  int maxConnections() {
    return CONNECTIONS_OF_CLIENT * maxClients;
  }
}
