package dev.mptunnel.core;

import java.util.HashSet;
import java.util.Set;

/**
 * The room in which pieces of datagrams wait, of all sessions together. Where a session has used up
 * its own part, its oldest datagram goes; where all is used up, the oldest of the session that has
 * most: so nobody who keeps little pays for one who keeps much.
 */
final class FragmentPool {

  private final int limitBytes;
  private final Set<Reassembler> users = new HashSet<>();
  private long bytes;

  /** An empty room of so many bytes. */
  FragmentPool(int limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** What all that waits costs, in bytes. */
  long bytes() {
    return bytes;
  }

  /** So much more waits, or less. */
  void keep(Reassembler user, int change) {
    bytes += change;
    if (user.keptBytes() == 0) {
      users.remove(user);
    } else {
      users.add(user);
    }
  }

  /** Makes room for so much. @return false if there is none for it */
  boolean makeRoom(Reassembler user, int wanted) {
    while (user.keptBytes() + wanted > CoreLimits.FRAGMENT_BYTES_PER_SESSION) {
      if (!user.giveUpOldest()) {
        return false;
      }
    }
    while (bytes + wanted > limitBytes) {
      if (!largest().giveUpOldest()) {
        return false;
      }
    }
    return true;
  }

  private Reassembler largest() {
    Reassembler largest = null;
    for (Reassembler user : users) {
      if (largest == null || user.keptBytes() > largest.keptBytes()) {
        largest = user;
      }
    }
    return largest;
  }
}
