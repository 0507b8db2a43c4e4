package dev.mptunnel.core;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * How long the queue in front of a path is, from how long packets take: while it is long, what is
 * lost may have been dropped there. In the manner of <em>Spike</em> (Tobe, Tamura, Molano, Ghosh
 * and Tokuda, 2000; see also Cen, Cosman and Voelker, <em>End-to-end differentiation of congestion
 * and wireless losses</em>, 2003).
 *
 * <p>Delays are taken between two clocks that need not agree: only their changes count.
 */
final class QueueDelay {

  /**
   * Over which time the least delay is that of an empty queue: clocks drift less than a ms in it.
   */
  private static final long LEAST_PERIOD_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Shorter queues are no queues: timers, schedulers, jitter. */
  private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Of so many packets the least delay counts, so that one late packet is no queue. */
  private static final int PACKETS = 16;

  /** For so many spells the longest queue is remembered. */
  private static final int SPELLS = 64;

  private static final long SPELL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Of those, so many may be longer than the queue ever is: a machine held up for a moment. */
  private static final int HELD_UP = 16;

  private final RecentLeast empty = new RecentLeast(LEAST_PERIOD_NANOS);
  private final long[] longest = new long[SPELLS];
  private int spell;
  private long spellEndsNanos;
  private long usualNanos = SHORTEST_NANOS;
  private int packets;
  private long leastOfThese = Long.MAX_VALUE;
  private long leastOfLast = Long.MAX_VALUE;
  private long queueNanos;

  /** A packet took so long, or so long and some constant. */
  void sample(long now, long delayNanos) {
    empty.sample(now, delayNanos);
    leastOfThese = Math.min(leastOfThese, delayNanos);
    long recent = Math.min(leastOfThese, leastOfLast);
    if (++packets == PACKETS) {
      leastOfLast = leastOfThese;
      leastOfThese = Long.MAX_VALUE;
      packets = 0;
    }
    queueNanos = recent - empty.least();
    if (now >= spellEndsNanos) {
      spellEndsNanos = now + SPELL_NANOS;
      spell = (spell + 1) % SPELLS;
      longest[spell] = 0;
      usualNanos = longestNanos();
    }
    longest[spell] = Math.max(longest[spell], queueNanos);
  }

  private long longestNanos() {
    long[] sorted = longest.clone();
    Arrays.sort(sorted);
    return Math.max(SHORTEST_NANOS, sorted[SPELLS - 1 - HELD_UP]);
  }

  /** How long the queue is. */
  long queueNanos() {
    return queueNanos;
  }

  /** Whether the queue is at least half as long as it usually gets. */
  boolean isLong() {
    return queueNanos >= SHORTEST_NANOS && queueNanos >= usualNanos / 2;
  }

  /** The peer's clock is another, or the path. */
  void restart() {
    empty.clear();
    Arrays.fill(longest, 0);
    usualNanos = SHORTEST_NANOS;
    packets = 0;
    leastOfThese = Long.MAX_VALUE;
    leastOfLast = Long.MAX_VALUE;
    queueNanos = 0;
  }
}
