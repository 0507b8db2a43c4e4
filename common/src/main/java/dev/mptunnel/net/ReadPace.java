package dev.mptunnel.net;

import java.util.concurrent.TimeUnit;

/**
 * When to let what arrives on a stream gather before it is read. A fast stream brings a packet or
 * two at a time, and each read costs as much as a long one: a wake-up, a call, a write to wherever
 * it goes, and a packet of its own there. So a stream that brings much is left alone for {@link
 * #REST_NANOS} after a read, as a network card leaves its driver alone (interrupt moderation).
 *
 * <p>What is much is told by a leaky bucket, since streams that share a line take turns: each has
 * its bursts and its pauses, and is no less a bulk transfer for that. What is asked and answered in
 * turn, or comes now and then, is read at once; where a rest did make such a thing wait, the bucket
 * loses more than it brought. What is short waits up to a rest only where it shares the stream with
 * a transfer of more than some 8 Mbit/s.
 */
final class ReadPace {

  /** A fraction of any round trip over a line that needs us. */
  static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  /** A read that brings so much is worth its cost. */
  private static final int ENOUGH_BYTES = 16 << 10;

  /** What is shorter is no part of a bulk transfer, or the last of it. */
  private static final int LEAST_BYTES = 1_000;

  /** In which a byte leaks out: 8 Mbit/s are no bulk transfer. */
  private static final int LEAK_NANOS = 1_000;

  /** So much in the bucket is more than an answer or a page. */
  private static final int BULK_BYTES = 48 << 10;

  /** No more than this is held against a stream that has become a quiet one. */
  private static final int MAX_BYTES = 2 * BULK_BYTES;

  /** A rest that gathers less was for nothing: one packet, or an answer to the last one. */
  private static final int WORTH_BYTES = 4_000;

  /** What such a rest takes out of the bucket. */
  private static final int POOR_BYTES = 32 << 10;

  /** What is read so soon after a rest has waited for its end. */
  private static final long SOON_NANOS = REST_NANOS / 8;

  private long lastNanos = Long.MIN_VALUE;
  private long restedNanos = Long.MIN_VALUE;
  private long level;

  /**
   * A read has brought something.
   *
   * @return whether the next one should wait
   */
  boolean restsAfter(long now, int bytes) {
    if (lastNanos != Long.MIN_VALUE) {
      level -= (now - lastNanos) / LEAK_NANOS;
    }
    lastNanos = now;
    if (restedNanos != Long.MIN_VALUE && now - restedNanos < SOON_NANOS && bytes < WORTH_BYTES) {
      level -= POOR_BYTES;
    }
    restedNanos = Long.MIN_VALUE;
    level = Math.min(Math.max(level, 0) + bytes, MAX_BYTES);
    return level >= BULK_BYTES && bytes >= LEAST_BYTES && bytes < ENOUGH_BYTES;
  }

  /** A rest is over. */
  void onRested(long now) {
    restedNanos = now;
  }
}
