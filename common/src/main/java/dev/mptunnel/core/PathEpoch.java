package dev.mptunnel.core;

/** One path's counters within one epoch. */
final class PathEpoch {

  private final CounterWindow window = new CounterWindow(CoreLimits.PATH_WINDOW);
  private long nextCounter;
  private long sent;
  private long arrived;

  /** Which PATH packets have been taken. */
  CounterWindow window() {
    return window;
  }

  /** A counter for a PATH packet, used once. */
  long takeCounter() {
    return nextCounter++;
  }

  void countSent() {
    sent++;
  }

  void countArrived() {
    arrived++;
  }

  /** DATA and PATH packets sent. */
  long sent() {
    return sent;
  }

  /** DATA and PATH packets that arrived. */
  long arrived() {
    return arrived;
  }
}
