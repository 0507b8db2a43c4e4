package dev.mptunnel.api;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.LinkedHashSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What has come in and waits until somebody takes it, the oldest first. From any thread. */
final class Backlog<T> {

  private final int places;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final LinkedHashSet<T> waiting = new LinkedHashSet<>();
  private boolean closed;

  Backlog(int places) {
    this.places = places;
  }

  /**
   * @return false if there is no place, or it was closed
   */
  boolean offer(T arrived) {
    lock.lock();
    try {
      if (closed || waiting.size() >= places) {
        return false;
      }
      waiting.add(arrived);
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
      waiting.remove(gone);
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
          return waiting.removeFirst();
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

  void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
