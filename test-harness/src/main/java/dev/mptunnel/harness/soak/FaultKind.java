package dev.mptunnel.harness.soak;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What can go wrong in a soak, one at a time. */
enum FaultKind {
  CUT("path %d lets nothing through"),
  CUT_UP("path %d lets nothing up"),
  CUT_DOWN("path %d lets nothing down"),
  BURSTS("path %d loses much, in bursts"),
  DELAY("path %d is slow"),
  MTU("path %d is narrow"),
  REBIND("a NAT gives path %d other ports"),
  RESETS("the tunnels of path %d are reset"),
  STOP_BRIDGE("bridge %d stands still"),
  KILL_BRIDGE("bridge %d is killed"),
  KILL_SERVER("mpserver is killed", Promise.COMES_BACK),
  KILL_CLIENT("mpclient is killed", Promise.COMES_BACK);

  private final String text;
  private final Promise promise;

  FaultKind(String text) {
    this(text, Promise.CARRIES_ON);
  }

  FaultKind(String text, Promise promise) {
    this.text = text;
    this.promise = promise;
  }

  /** Those that leave both ends alive, so that their memory is that of one process all the time. */
  static List<FaultKind> ofPaths() {
    return Stream.of(values()).filter(kind -> kind.promise == Promise.CARRIES_ON).toList();
  }

  /** What options and tables call it. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Promise promise() {
    return promise;
  }

  /**
   * What has happened, for people.
   *
   * @param path from 1
   */
  String happened(int path) {
    return text.contains("%d") ? text.formatted(path) : text;
  }
}
