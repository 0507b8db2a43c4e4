package dev.mptunnel.net;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Whether somebody keeps this machine's time of day right, by adjtimex(2). */
public enum ClockState {
  /** It is kept. */
  SYNCHRONISED,
  /** It is not. */
  FREE,
  /** The kernel cannot be asked. */
  UNKNOWN;

  /** Of a 64-bit system, and some more. Its first field, modes, is 0: nothing is changed. */
  private static final int TIMEX_BYTES = 256;

  private static final int TIME_ERROR = 5;

  /** As it is now. */
  @SuppressWarnings("restricted") // a call of the C library's
  public static ClockState now() {
    if (!Engines.is64BitLinux()) {
      return UNKNOWN;
    }
    try (Arena arena = Arena.ofConfined()) {
      Linker linker = Linker.nativeLinker();
      MethodHandle adjtimex =
          linker.downcallHandle(
              linker.defaultLookup().find("adjtimex").orElseThrow(),
              FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
      MemorySegment timex = arena.allocate(TIMEX_BYTES, Long.BYTES);
      int state = (int) adjtimex.invokeExact(timex);
      if (state < 0) {
        return UNKNOWN;
      }
      return state == TIME_ERROR ? FREE : SYNCHRONISED;
    } catch (RuntimeException e) {
      return UNKNOWN;
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
