package dev.mptunnel.stream;

import java.util.HashMap;
import java.util.Map;

/**
 * Memory that all stripers of a process share, so that together they have a limit: what connections
 * may be sent by their peers, and what they keep until their peers have it. Used from one thread.
 */
public final class StreamRoom {

  /** One part of so many. */
  private static final int FIRST_WINDOWS_SHARE = 4;

  private final long limitBytes;
  private final Map<Object, Long> firstBytes = new HashMap<>();
  private long takenBytes;

  /** So much for all. */
  public StreamRoom(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Takes so many bytes. @return false if there are not so many left, and none was taken */
  boolean take(long bytes) {
    if (takenBytes + bytes > limitBytes) {
      return false;
    }
    takenBytes += bytes;
    return true;
  }

  /**
   * Takes what a connection begins with. Those of one owner have no more together than is left, so
   * that there is something for the next one.
   *
   * @return false if they have, or there is not so much, and nothing was taken
   */
  boolean takeFirst(Object owner, long bytes) {
    if (firstBytes.getOrDefault(owner, 0L) >= leftBytes() || !take(bytes)) {
      return false;
    }
    firstBytes.merge(owner, bytes, Long::sum);
    return true;
  }

  /** Gives back what an owner's connection began with. */
  void giveBackFirst(Object owner, long bytes) {
    giveBack(bytes);
    firstBytes.computeIfPresent(owner, (_, its) -> its == bytes ? null : its - bytes);
  }

  /** Gives bytes back that were taken. */
  void giveBack(long bytes) {
    takenBytes -= bytes;
  }

  long limitBytes() {
    return limitBytes;
  }

  /** How many may be taken for more than first windows, of which there is always to be room. */
  long spareBytes() {
    return Math.max(0, leftBytes() - limitBytes / FIRST_WINDOWS_SHARE);
  }

  /** How many are left. */
  long leftBytes() {
    return limitBytes - takenBytes;
  }
}
