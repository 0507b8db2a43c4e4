package dev.mptunnel.net;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.function.LongSupplier;

/**
 * Monotonic time that goes on while the machine is suspended, as {@link System#nanoTime} does not
 * on Linux: keys grow old, and sessions silent, while a laptop sleeps. In nanoseconds, never
 * negative.
 */
final class BootClock implements LongSupplier {

  private static final int CLOCK_BOOTTIME = 7; // clock_gettime(2)
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final MethodHandle clockGettime;
  // As long as the process; the engine's thread alone uses it, but any may have made it.
  private final MemorySegment timespec = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG, 2);

  private BootClock(MethodHandle clockGettime) {
    this.clockGettime = clockGettime;
  }

  /** This clock where the system has it, and {@link System#nanoTime} elsewhere. */
  static LongSupplier orMonotonic() {
    if (Engines.is64BitLinux()) {
      try {
        BootClock clock = load();
        if (clock != null && clock.read() == 0) {
          return clock;
        }
      } catch (IllegalCallerException e) {
        // The user has denied us native calls.
      }
    }
    long start = System.nanoTime();
    return () -> System.nanoTime() - start;
  }

  @SuppressWarnings("restricted") // a call of the C library's
  private static BootClock load() {
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor signature =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    return linker
        .defaultLookup()
        .find("clock_gettime")
        .map(address -> linker.downcallHandle(address, signature, Linker.Option.critical(false)))
        .map(BootClock::new)
        .orElse(null);
  }

  private int read() {
    try {
      return (int) clockGettime.invokeExact(CLOCK_BOOTTIME, timespec);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public long getAsLong() {
    read();
    return timespec.getAtIndex(ValueLayout.JAVA_LONG, 0) * NANOS_PER_SECOND
        + timespec.getAtIndex(ValueLayout.JAVA_LONG, 1);
  }
}
