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

  /** Of each thread its own, or one would read half of what another one is being told. */
  private static final ThreadLocal<MemorySegment> TIMESPEC =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(ValueLayout.JAVA_LONG, 2));

  /** Where {@link #orMonotonic} counts from, the same for all engines of a process. */
  private static final long START_NANOS = System.nanoTime();

  private final MethodHandle clockGettime;

  private BootClock(MethodHandle clockGettime) {
    this.clockGettime = clockGettime;
  }

  /** This clock where the system has it, and {@link System#nanoTime} elsewhere. */
  static LongSupplier orMonotonic() {
    if (Engines.is64BitLinux()) {
      try {
        BootClock clock = load();
        if (clock != null && clock.read(TIMESPEC.get()) == 0) {
          return clock;
        }
      } catch (IllegalCallerException | UnsupportedOperationException e) {
        // The user has denied us native calls, or this JVM has none.
      }
    }
    return () -> System.nanoTime() - START_NANOS;
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

  private int read(MemorySegment timespec) {
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
    MemorySegment timespec = TIMESPEC.get();
    read(timespec);
    return timespec.getAtIndex(ValueLayout.JAVA_LONG, 0) * NANOS_PER_SECOND
        + timespec.getAtIndex(ValueLayout.JAVA_LONG, 1);
  }
}
