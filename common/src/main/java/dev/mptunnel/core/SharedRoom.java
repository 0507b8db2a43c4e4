package dev.mptunnel.core;

/**
 * Memory of one kind that all sessions of an endpoint share, so that together they have a limit.
 */
final class SharedRoom {

  private final long limitBytes;
  private long takenBytes;

  SharedRoom(long limitBytes) {
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
   * Takes so many bytes for somebody who has much already: while half of the room is left, so that
   * who needs little finds some.
   *
   * @return false if there is less left, and none was taken
   */
  boolean takeMore(long bytes) {
    return takenBytes + bytes <= limitBytes / 2 && take(bytes);
  }

  /** Gives bytes back that were taken. */
  void giveBack(long bytes) {
    takenBytes -= bytes;
  }

  long takenBytes() {
    return takenBytes;
  }
}
