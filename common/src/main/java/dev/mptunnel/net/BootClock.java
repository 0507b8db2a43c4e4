package dev.mptunnel.net;

import java.util.function.LongSupplier;

/**
 * Monotonic time that goes on while the machine is suspended, as {@link System#nanoTime} does not
 * on Linux: keys grow old, and sessions silent, while a laptop sleeps. In nanoseconds, never
 * negative.
 */
final class BootClock {

  /** Where {@link #orMonotonic} counts from, the same for all engines of a process. */
  private static final long START_NANOS = System.nanoTime();

  private BootClock() {}

  /** This clock where the system has it, and {@link System#nanoTime} elsewhere. */
  static LongSupplier orMonotonic() {
    KernelClock clock = KernelClock.orNull(KernelClock.BOOTTIME);
    return clock != null ? clock : () -> System.nanoTime() - START_NANOS;
  }
}
