package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** Calls of the C library, and what it says of their errors. */
@SuppressWarnings("restricted")
final class Libc {

  static final int EINTR = 4;
  static final int EIO = 5;
  static final int EAGAIN = 11;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final VarHandle ERRNO_FIELD =
      Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      variadic(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          2);

  private Libc() {}

  /**
   * Opens a file.
   *
   * @param flags of fcntl.h
   * @return its descriptor
   */
  static int open(String path, int flags) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = newCallState(arena);
      int descriptor = (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags);
      return (int) check(descriptor, state, "open " + path);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** A function whose handle takes a call state first; see {@link #newCallState}. */
  static MethodHandle function(String symbol, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(symbol), descriptor, ERRNO);
  }

  /**
   * The same of one that takes further arguments.
   *
   * @param fixed how many arguments it always has
   */
  static MethodHandle variadic(String symbol, FunctionDescriptor descriptor, int fixed) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(symbol),
        descriptor,
        ERRNO,
        Linker.Option.firstVariadicArg(fixed));
  }

  /** Where calls leave their error; one per thread. */
  static MemorySegment newCallState(Arena arena) {
    return arena.allocate(Linker.Option.captureStateLayout());
  }

  /** The error of the latest call that failed. */
  static int errno(MemorySegment state) {
    return (int) ERRNO_FIELD.get(state, 0L);
  }

  /**
   * Passes what a call returned.
   *
   * @throws IOException when that is negative
   */
  static long check(long result, MemorySegment state, String what) throws IOException {
    if (result < 0) {
      throw new IOException(what + ": errno " + errno(state));
    }
    return result;
  }
}
