package dev.mptunnel.core;

/**
 * Every datagram on every path that is in use and up; while none is up, on every one in use, since
 * one of them may come back before it has told so.
 */
final class DuplicatePolicy implements Policy {

  @Override
  public int select(PathSet paths) {
    int up = 0;
    int reachable = 0;
    for (int id = 0; id < paths.size(); id++) {
      Path path = paths.get(id);
      if (path != null && path.isInUse() && path.remote() != null) {
        reachable |= 1 << id;
        up |= path.isUp() ? 1 << id : 0;
      }
    }
    return up != 0 ? up : reachable;
  }
}
