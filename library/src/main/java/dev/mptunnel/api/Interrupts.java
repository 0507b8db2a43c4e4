package dev.mptunnel.api;

import java.io.InterruptedIOException;

/** Interrupts that close nothing, since others use it too. */
final class Interrupts {

  private Interrupts() {}

  static InterruptedIOException told() {
    return new InterruptedIOException("interrupted while waiting");
  }

  /** Does what an interrupt would leave half done; if one comes, it is kept. */
  static void holdOff(Runnable task) {
    Thread worker = Thread.ofVirtual().start(task);
    boolean interrupted = Thread.interrupted();
    while (worker.isAlive()) {
      try {
        worker.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
