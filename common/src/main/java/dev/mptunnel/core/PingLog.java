package dev.mptunnel.core;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** The latest PINGs of a path: when each left, and what had been sent by then. */
final class PingLog {

  /** At eight a second, as a path is asked that does not answer, answers may take 8 s. */
  private static final int SIZE = 64;

  private final long[] atNanos = new long[SIZE];
  private final long[] pathSent = new long[SIZE];
  private final long[] dataSent = new long[SIZE];
  private final boolean[] awaited = new boolean[SIZE];
  private final int[] ids = new int[SIZE];
  private final int[] asked = new int[SIZE];
  private final int[] longestSent = new int[SIZE];
  private int next;

  /**
   * Notes a PING.
   *
   * @param askedNow what of the path's MTU it asks; see {@link PathMtu#beforePing}
   * @param longestSentNow the longest packet sent on the path since the PING before
   * @param random where most of its id comes from, so that whoever answers has received it
   * @return the id to send it with
   */
  int add(
      long now,
      long pathSentNow,
      long dataSentNow,
      int askedNow,
      int longestSentNow,
      RandomGenerator random) {
    int slot = next++ & SIZE - 1;
    atNanos[slot] = now;
    pathSent[slot] = pathSentNow;
    dataSent[slot] = dataSentNow;
    asked[slot] = askedNow;
    longestSent[slot] = longestSentNow;
    awaited[slot] = true;
    ids[slot] = (random.nextInt() & -SIZE) | slot;
    return ids[slot];
  }

  /** The place of an unanswered PING, which is answered now, or -1. */
  int find(int id) {
    int slot = id & SIZE - 1;
    if (!awaited[slot] || ids[slot] != id) {
      return -1;
    }
    awaited[slot] = false;
    return slot;
  }

  /** Awaits no answer any more. */
  void clear() {
    Arrays.fill(awaited, false);
  }

  long atNanos(int place) {
    return atNanos[place];
  }

  /** Packets that had been sent on the path in the epoch, the PING included. */
  long pathSent(int place) {
    return pathSent[place];
  }

  /** DATA packets that had been sent in the epoch. */
  long dataSent(int place) {
    return dataSent[place];
  }

  /** What of the path's MTU it asked. */
  int asked(int place) {
    return asked[place];
  }

  /** The longest packet that was sent on the path between the PING before and this one, or 0. */
  int longestSentBytes(int place) {
    return longestSent[place];
  }
}
