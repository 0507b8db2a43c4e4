package dev.mptunnel.net;

import java.util.concurrent.TimeUnit;

/**
 * When to let what arrives on a stream gather before it is read. A fast stream brings a packet or
 * two at a time, and each read costs as much as a long one: a wake-up, a call, a write to wherever
 * it goes, and a packet of its own there. So a stream that brings packet upon packet is left alone
 * for {@link #REST_NANOS} after each read, as a network card leaves its driver alone (interrupt
 * moderation). It goes on resting for as long as a rest brings several packets: what is asked and
 * answered in turn, or comes now and then, is read at once. What is short waits up to a rest only
 * where it shares the stream with a transfer of more than some 8 Mbit/s.
 */
final class ReadPace {

  /** A fraction of any round trip over a line that needs us. */
  static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  /** A read that brings so much is worth its cost. */
  private static final int ENOUGH_BYTES = 16 << 10;

  /** What is shorter is no part of a bulk transfer, or the last of it. */
  private static final int LEAST_BYTES = 1_000;

  /** A rest that gathers less has brought nothing: one packet, or an answer to the last one. */
  private static final int WORTH_BYTES = 4_000;

  /** After a pause as long as this, what comes may be something that somebody waits for. */
  private static final long PAUSE_NANOS = 2 * REST_NANOS;

  /** So many reads without such a pause are more than an answer or a page takes. */
  private static final int BUSY_READS = 32;

  private long lastNanos = Long.MIN_VALUE;
  private int reads;
  private boolean rested;

  /**
   * A read has brought something.
   *
   * @return whether the next one should wait
   */
  boolean restsAfter(long now, int bytes) {
    boolean isPause = lastNanos == Long.MIN_VALUE || now - lastNanos >= PAUSE_NANOS;
    lastNanos = now;
    if (isPause || (rested && bytes < WORTH_BYTES)) {
      reads = 0;
    } else {
      reads = bytes < LEAST_BYTES ? reads / 2 : Math.min(reads + 1, BUSY_READS);
    }
    rested = reads == BUSY_READS && bytes < ENOUGH_BYTES;
    return rested;
  }
}
