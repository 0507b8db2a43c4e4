package dev.mptunnel.api;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * What has come in and waits until somebody takes it, the oldest first. One owner may have as many
 * places as are still free, so that there is always one for the next. From any thread.
 */
final class Backlog<T> {

  private final int places;
  private final Function<T, Object> owner;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final LinkedHashSet<T> waiting = new LinkedHashSet<>();
  private final Map<Object, Integer> waitingOf = new HashMap<>();
  private boolean closed;

  Backlog(int places, Function<T, Object> owner) {
    this.places = places;
    this.owner = owner;
  }

  /**
   * @return false if there is no place, or it was closed
   */
  boolean offer(T arrived) {
    lock.lock();
    try {
      int ofOwner = waitingOf.getOrDefault(owner.apply(arrived), 0);
      if (closed || waiting.size() + ofOwner >= places) {
        return false;
      }
      waiting.add(arrived);
      waitingOf.put(owner.apply(arrived), ofOwner + 1);
      changed.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** It has gone before anybody took it. */
  void remove(T gone) {
    lock.lock();
    try {
      if (waiting.remove(gone)) {
        forget(gone);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the oldest, waiting for one.
   *
   * @param nanos how long, or 0 for as long as it takes
   */
  T take(long nanos) throws IOException {
    lock.lock();
    try {
      boolean blocked = false;
      long left = nanos;
      while (true) {
        if (closed) {
          throw blocked ? new AsynchronousCloseException() : new ClosedChannelException();
        }
        if (!waiting.isEmpty()) {
          T oldest = waiting.removeFirst();
          forget(oldest);
          return oldest;
        }
        blocked = true;
        if (nanos == 0) {
          changed.await();
        } else if (left > 0) {
          left = changed.awaitNanos(left);
        } else {
          throw new SocketTimeoutException("nobody came in time");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Interrupts.told();
    } finally {
      lock.unlock();
    }
  }

  private void forget(T gone) {
    waitingOf.compute(owner.apply(gone), (_, count) -> count == 1 ? null : count - 1);
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      waitingOf.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
