package dev.mptunnel.core;

/**
 * The longest packet that arrived on a path lately: since the PONG before the last one that told
 * it, so that a lost PONG takes nothing away, nor a packet that its PING overtook. Where PONGs are
 * rare it is since the last one: that a path carries only short packets shows with the first then.
 */
final class LongestArrived {

  private int nowBytes;
  private int beforeBytes;
  private long toldNanos;

  void take(int bytes) {
    nowBytes = Math.max(nowBytes, bytes);
  }

  /** The path leads elsewhere: what came before tells nothing of it. */
  void clear() {
    nowBytes = 0;
    beforeBytes = 0;
  }

  /**
   * What a PONG tells.
   *
   * @param againNanos after how long it is rare
   */
  int tell(long now, long againNanos) {
    long pauseNanos = now - toldNanos;
    if (pauseNanos > againNanos) {
      beforeBytes = 0;
    }
    int longest = Math.max(nowBytes, beforeBytes);
    if (pauseNanos >= CoreLimits.LONGEST_ARRIVED_NANOS) {
      toldNanos = now;
      beforeBytes = nowBytes;
      nowBytes = 0;
    }
    return longest;
  }
}
