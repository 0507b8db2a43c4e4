package dev.mptunnel.core;

/**
 * Every datagram on every path that is up; while none is, on every path there is, since one of them
 * may come back before it has told so.
 */
final class DuplicatePolicy implements Policy {

  @Override
  public int select(Path[] paths) {
    int up = 0;
    int reachable = 0;
    for (Path path : paths) {
      if (path != null && path.remote() != null) {
        reachable |= 1 << path.id();
        if (path.isUp()) {
          up |= 1 << path.id();
        }
      }
    }
    return up != 0 ? up : reachable;
  }
}
