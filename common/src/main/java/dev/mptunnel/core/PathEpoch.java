package dev.mptunnel.core;

/** One path's counters within one epoch. */
final class PathEpoch {

  private final CounterWindow window;
  private final SentCounters counters = new SentCounters();
  private long sent;
  private long arrived;

  PathEpoch(boolean authentic) {
    window = new CounterWindow(CoreLimits.PATH_WINDOW, authentic);
  }

  /** Which PATH packets have been taken. */
  CounterWindow window() {
    return window;
  }

  /** The counters of the PATH packets that are sent. */
  SentCounters counters() {
    return counters;
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
