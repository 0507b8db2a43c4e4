package dev.mptunnel.core;

/** Decides which paths carry a datagram. */
interface Policy {

  /**
   * Names the paths for the next datagram.
   *
   * @param paths a session's paths
   * @return a bit for each path that is to carry it; none if it cannot be sent now
   */
  int select(PathSet paths);
}
