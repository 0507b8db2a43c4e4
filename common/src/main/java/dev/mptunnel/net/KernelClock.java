package dev.mptunnel.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
  private static final ThreadLocal<Reader> READER = ThreadLocal.withInitial(Reader::new);

  /** Kept as long as its thread, and the memory with it. */
  private static final class Reader {

    private final Arena arena = Arena.ofAuto();
    private final SystemCalls calls = new SystemCalls(arena);
    private final MemorySegment timespec = arena.allocate(ValueLayout.JAVA_LONG, 2);
  }

  private final int id;

  private KernelClock(int id) {
    this.id = id;
  }

  /** The clock of this number, or null where it is not to be had. */
  public static KernelClock orNull(int id) {
    if (Engines.is64BitLinux()) {
      try {
        Reader reader = READER.get();
        if (reader.calls.readClock(id, reader.timespec)) {
          return new KernelClock(id);
        }
      } catch (IllegalCallerException | UnsupportedOperationException | LinkageError e) {
        // The user has denied us native calls, or this JVM has none.
      }
    }
    return null;
  }

  @Override
  public long getAsLong() {
    Reader reader = READER.get();
    reader.calls.readClock(id, reader.timespec);
    return nanos(reader.timespec, 0);
  }

  /** What a timespec(3) of a 64-bit system says. */
  static long nanos(MemorySegment memory, long offset) {
    return memory.get(ValueLayout.JAVA_LONG, offset) * NANOS_PER_SECOND
        + memory.get(ValueLayout.JAVA_LONG, offset + Long.BYTES);
  }
}
