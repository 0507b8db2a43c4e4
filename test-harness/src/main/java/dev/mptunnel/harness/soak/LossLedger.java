package dev.mptunnel.harness.soak;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * Which datagrams of a stream have not arrived when they should have, and when they were sent. It
 * is told now and then how many there are, and looks at each piece of the stream once, when it has
 * had its time. Belongs to one thread.
 */
final class LossLedger {

  /** Much longer than anything on the way takes: all detours, repairs and waits for order. */
  static final long TIME_NANOS = 5_000_000_000L;

  /** What has arrived of a stream. */
  interface Arrivals {

    /**
     * Which are missing.
     *
     * @param from the first sequence number that is asked for
     * @param until the first that is not
     * @return bit 0 is of {@code from}
     */
    BitSet missing(int from, int until);
  }

  /**
   * Datagrams that did not arrive.
   *
   * @param fromNanos they were sent after this
   * @param untilNanos … and before this
   * @param first sequence number of the piece of the stream that was looked at
   * @param missing bit 0 is of {@code first}; not empty
   */
  record Loss(long fromNanos, long untilNanos, int first, BitSet missing) {

    private static final int MAX_RANGES = 6;

    int count() {
      return missing.cardinality();
    }

    /** The sequence numbers, such as {@code 17-20, 33}. */
    String numbers() {
      List<String> ranges = new ArrayList<>();
      int at = missing.nextSetBit(0);
      while (at >= 0 && ranges.size() < MAX_RANGES) {
        int end = missing.nextClearBit(at);
        int last = first + end - 1;
        ranges.add(end == at + 1 ? Integer.toString(last) : (first + at) + "-" + last);
        at = missing.nextSetBit(end);
      }
      return String.join(", ", ranges) + (at < 0 ? "" : ", …");
    }
  }

  private record Mark(long atNanos, int sent) {}

  private final Arrivals arrivals;
  private final Deque<Mark> marks = new ArrayDeque<>();

  /**
   * @param sent what was sent before is not looked at
   */
  LossLedger(Arrivals arrivals, int sent, long nowNanos) {
    this.arrivals = arrivals;
    marks.add(new Mark(nowNanos, sent));
  }

  /** So many were sent by now: those with sequence numbers below this. */
  void mark(int sent, long nowNanos) {
    marks.add(new Mark(nowNanos, sent));
  }

  /** The losses among those that have had their time by now, and were not looked at before. */
  List<Loss> due(long nowNanos) {
    List<Loss> losses = new ArrayList<>();
    while (marks.size() > 1) {
      Mark from = marks.poll();
      Mark until = marks.peek();
      if (nowNanos - until.atNanos < TIME_NANOS) {
        marks.addFirst(from);
        break;
      }
      BitSet missing = arrivals.missing(from.sent, until.sent);
      if (!missing.isEmpty()) {
        losses.add(new Loss(from.atNanos, until.atNanos, from.sent, missing));
      }
    }
    return losses;
  }
}
