package dev.mptunnel.api;

import dev.mptunnel.stream.StreamError;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The connections of one end that have not ended. From any thread. */
final class ConnectionList {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Connection> living = new HashSet<>();
  private final Set<Connection> lingering = new HashSet<>();

  void add(Connection connection) {
    lock.lock();
    try {
      living.add(connection);
    } finally {
      lock.unlock();
    }
  }

  /** It was closed here, and what was written may be under way. */
  void linger(Connection connection) {
    lock.lock();
    try {
      if (living.contains(connection)) {
        lingering.add(connection);
      }
    } finally {
      lock.unlock();
    }
  }

  void remove(Connection connection) {
    lock.lock();
    try {
      living.remove(connection);
      if (lingering.remove(connection)) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return living.size();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all that were closed have ended; an interrupt ends that, and is kept. */
  void awaitLingering(long nanos) {
    lock.lock();
    try {
      for (long left = nanos; !lingering.isEmpty() && left > 0; ) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** The session is over: whoever still waits for something is told. */
  void failAll() {
    List<Connection> all;
    lock.lock();
    try {
      all = List.copyOf(living);
    } finally {
      lock.unlock();
    }
    all.forEach(each -> each.fail(StreamError.SESSION));
  }
}
