package dev.mptunnel.net;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.function.LongSupplier;

/** One of the kernel's clocks, by clock_gettime(2), in nanoseconds. May be read by any thread. */
public final class KernelClock implements LongSupplier {

  /** The time of day, which may be set. */
  static final int REALTIME = 0;

  /** The time since some moment, but for what the machine was suspended. */
  public static final int MONOTONIC = 1;

  /** The time since the machine was started, also while it is suspended. */
  static final int BOOTTIME = 7;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Of each thread its own, or one would read half of what another one is being told. */
  private static final ThreadLocal<MemorySegment> TIMESPEC =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(ValueLayout.JAVA_LONG, 2));

  /** Null where it is not to be had. Constant, or each call would cost twice the time. */
  private static final MethodHandle CLOCK_GETTIME = find();

  private final int id;

  private KernelClock(int id) {
    this.id = id;
  }

  /** The clock of this number, or null where it is not to be had. */
  public static KernelClock orNull(int id) {
    KernelClock clock = new KernelClock(id);
    return CLOCK_GETTIME != null && clock.read(TIMESPEC.get()) == 0 ? clock : null;
  }

  @SuppressWarnings("restricted") // a call of the C library's
  private static MethodHandle find() {
    if (!Engines.is64BitLinux()) {
      return null;
    }
    try {
      Linker linker = Linker.nativeLinker();
      FunctionDescriptor signature =
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
      return linker
          .defaultLookup()
          .find("clock_gettime")
          .map(address -> linker.downcallHandle(address, signature, Linker.Option.critical(false)))
          .orElse(null);
    } catch (IllegalCallerException | UnsupportedOperationException e) {
      return null; // the user has denied us native calls, or this JVM has none
    }
  }

  private int read(MemorySegment timespec) {
    try {
      return (int) CLOCK_GETTIME.invokeExact(id, timespec);
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
    return nanos(timespec, 0);
  }

  /** What a timespec(3) of a 64-bit system says. */
  static long nanos(MemorySegment memory, long offset) {
    return memory.get(ValueLayout.JAVA_LONG, offset) * NANOS_PER_SECOND
        + memory.get(ValueLayout.JAVA_LONG, offset + Long.BYTES);
  }
}
