package dev.mptunnel.core;

import java.util.Arrays;

/**
 * Which counters have been taken: replay protection and duplicate detection at once, in the manner
 * of RFC 4303, section 3.4.3 and RFC 6479.
 *
 * <p>Where packets are not {@link dev.mptunnel.wire.PacketProtection#isAuthentic authentic}, a
 * counter more than a window's width ahead is taken at once, but moves the window only when a
 * second one, near it, has come: one damaged or foreign packet that slips through a check sum must
 * not make every good one look old.
 */
final class CounterWindow {

  private static final long NONE = -1;

  private final int width;
  private final boolean authentic;
  private final long[] taken;
  private long highest = NONE;
  private long leap = NONE;
  private long count;

  /**
   * A window that has taken nothing.
   *
   * @param width how far behind the highest a counter may be, a power of two, at least 64
   * @param authentic whether every counter that is taken is surely the peer's
   */
  CounterWindow(int width, boolean authentic) {
    if (width < Long.SIZE || Integer.bitCount(width) != 1) {
      throw new IllegalArgumentException("width " + width);
    }
    this.width = width;
    this.authentic = authentic;
    taken = new long[width / Long.SIZE];
  }

  /** The highest counter that the window has moved to, or -1. */
  long highest() {
    return highest;
  }

  /** How many counters have been taken. */
  long count() {
    return count;
  }

  /** Whether the counter has neither been taken nor fallen out of the window. */
  boolean isNew(long counter) {
    if (counter > highest) {
      return counter != leap;
    }
    return counter > highest - width && !isTaken(counter);
  }

  /** Takes a counter for which {@link #isNew} holds. */
  void take(long counter) {
    assert isNew(counter) : counter;
    count++;
    if (authentic || counter - highest <= width) {
      moveTo(counter);
      set(counter);
    } else if (leap != NONE && Math.abs(counter - leap) < width) {
      long first = leap;
      leap = NONE;
      moveTo(Math.max(first, counter));
      set(first);
      set(counter);
    } else {
      leap = counter;
    }
  }

  private void moveTo(long counter) {
    if (counter <= highest) {
      return;
    }
    if (counter - highest >= width) {
      Arrays.fill(taken, 0);
    } else {
      clear(highest + 1, counter);
    }
    highest = counter;
    if (leap != NONE && leap <= highest) {
      // The window has come to it by smaller steps: it was no leap.
      set(leap);
      leap = NONE;
    }
  }

  private void clear(long from, long to) {
    for (long counter = from; counter <= to; ) {
      int bit = (int) (counter & Long.SIZE - 1);
      int bits = (int) Math.min(Long.SIZE - bit, to - counter + 1);
      long mask = bits == Long.SIZE ? ~0L : ((1L << bits) - 1) << bit;
      taken[word(counter)] &= ~mask;
      counter += bits;
    }
  }

  private void set(long counter) {
    taken[word(counter)] |= 1L << counter;
  }

  private boolean isTaken(long counter) {
    return (taken[word(counter)] & 1L << counter) != 0;
  }

  private int word(long counter) {
    return (int) (counter & width - 1) / Long.SIZE;
  }
}
