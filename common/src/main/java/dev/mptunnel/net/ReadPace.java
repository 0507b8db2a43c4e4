package dev.mptunnel.net;

import java.util.concurrent.TimeUnit;

/**
 * When to let what arrives on a stream gather before it is read. A fast stream brings a packet or
 * two at a time, and each read costs as much as a long one: a wake-up, a call, a write to wherever
 * it goes, and a packet of its own there. So a stream that has brought little so often that it is a
 * bulk transfer is left alone for {@link #REST_NANOS} after each read, as a network card leaves its
 * driver alone (interrupt moderation). What comes now and then is always read at once, and so are
 * messages shorter than a packet, however often they come: somebody may wait for each.
 */
final class ReadPace {

  /** A fraction of any round trip over a line that needs us. */
  static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  /** A read that brings so much is worth its cost. */
  private static final int ENOUGH_BYTES = 16 << 10;

  /** What is shorter is no part of a bulk transfer, or the last of it. */
  private static final int LEAST_BYTES = 1_000;

  /** After a pause as long as this, what comes may be something that somebody waits for. */
  private static final long PAUSE_NANOS = 2 * REST_NANOS;

  /** So many reads without such a pause are more than an answer or a page takes. */
  private static final int BUSY_READS = 32;

  private long lastNanos = Long.MIN_VALUE;
  private int reads;

  /**
   * A read has brought something.
   *
   * @return whether the next one should wait
   */
  boolean restsAfter(long now, int bytes) {
    boolean isPause = lastNanos == Long.MIN_VALUE || now - lastNanos >= PAUSE_NANOS;
    lastNanos = now;
    if (isPause) {
      reads = 0;
    } else {
      reads = bytes < LEAST_BYTES ? reads / 2 : Math.min(reads + 1, BUSY_READS);
    }
    return reads == BUSY_READS && bytes < ENOUGH_BYTES;
  }
}
