package dev.mptunnel.core;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory of one kind that all sessions of a process share, so that together they have a limit.
 * Every thread may use it.
 */
final class SharedRoom {

  private final long limitBytes;
  private final AtomicLong takenBytes = new AtomicLong();

  SharedRoom(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Takes so many bytes. @return false if there are not so many left, and none was taken */
  boolean take(long bytes) {
    return takeWithin(limitBytes, bytes);
  }

  private boolean takeWithin(long limit, long bytes) {
    long before;
    do {
      before = takenBytes.get();
      if (before + bytes > limit) {
        return false;
      }
    } while (!takenBytes.compareAndSet(before, before + bytes));
    return true;
  }

  /**
   * Takes so many bytes for somebody who has much already: while half of the room is left, so that
   * who needs little finds some.
   *
   * @return false if there is less left, and none was taken
   */
  boolean takeMore(long bytes) {
    return takeWithin(limitBytes / 2, bytes);
  }

  /** Gives bytes back that were taken. */
  void giveBack(long bytes) {
    takenBytes.addAndGet(-bytes);
  }

  long takenBytes() {
    return takenBytes.get();
  }
}
