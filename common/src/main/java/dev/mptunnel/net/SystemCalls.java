package dev.mptunnel.net;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The kernel's calls by their numbers, all through syscall(2), and what of the C library takes no
 * other arguments. Java makes classes for each shape of a native function when it is first linked,
 * which for twenty functions takes longer than all else at the start of a program; so there is one
 * shape, of as many registers as any of them needs.
 *
 * <p>Arguments are what the kernel takes in its registers; addresses are not checked, so memory
 * must outlive the call. An instance is used by one thread: it has the memory where the error
 * number is put.
 */
final class SystemCalls {

  // The column of x86-64, and that of all processors that came later (asm-generic/unistd.h).
  static final int READ = number(0, 63);
  static final int WRITE = number(1, 64);
  static final int CLOSE = number(3, 57);
  static final int SOCKET = number(41, 198);
  static final int CONNECT = number(42, 203);
  static final int SENDTO = number(44, 206);
  static final int RECVFROM = number(45, 207);
  static final int BIND = number(49, 200);
  static final int GETSOCKNAME = number(51, 204);
  static final int SETSOCKOPT = number(54, 208);
  static final int GETSOCKOPT = number(55, 209);
  static final int EPOLL_CTL = number(233, 21);
  static final int EPOLL_PWAIT = number(281, 22);
  static final int EVENTFD2 = number(290, 19);
  static final int EPOLL_CREATE1 = number(291, 20);
  static final int RECVMMSG = number(299, 243);
  static final int SENDMMSG = number(307, 269);
  static final int EPOLL_PWAIT2 = number(441, 441);

  private static final ValueLayout.OfLong REGISTER = ValueLayout.JAVA_LONG;
  private static final Linker LINKER = Linker.nativeLinker();

  /** Why there are none: the user has denied us native calls, or this JVM has none. */
  private static String whyAbsent;

  /** Null where there are none. */
  private static final MethodHandle FUNCTION = linkOrNull();

  private static final MemorySegment SYSCALL = find("syscall");
  private static final MemorySegment CLOCK_GETTIME = find("clock_gettime");

  /** Where the error number is in what is captured of a call. */
  private static final long ERRNO_OFFSET =
      Linker.Option.captureStateLayout().byteOffset(PathElement.groupElement("errno"));

  private final MemorySegment state;

  /**
   * The calls of one thread.
   *
   * @param arena where the memory for the error number is from
   * @throws UnsupportedOperationException where there are none; the message says why
   */
  SystemCalls(Arena arena) {
    if (FUNCTION == null) {
      throw new UnsupportedOperationException(whyAbsent);
    }
    state = arena.allocate(Linker.Option.captureStateLayout());
  }

  private static int number(int ofX86, int ofOthers) {
    String machine = System.getProperty("os.arch", "");
    return machine.equals("amd64") || machine.equals("x86_64") ? ofX86 : ofOthers;
  }

  @SuppressWarnings("restricted") // calls of the C library's
  private static MethodHandle linkOrNull() {
    FunctionDescriptor signature =
        FunctionDescriptor.of(
            REGISTER, REGISTER, REGISTER, REGISTER, REGISTER, REGISTER, REGISTER, REGISTER);
    // syscall(2) has variable arguments; others do not mind being called as if they had.
    try {
      return LINKER.downcallHandle(
          signature, Linker.Option.firstVariadicArg(1), Linker.Option.captureCallState("errno"));
    } catch (IllegalCallerException | UnsupportedOperationException e) {
      whyAbsent = e.getMessage();
      return null;
    }
  }

  private static MemorySegment find(String function) {
    return LINKER.defaultLookup().findOrThrow(function);
  }

  /**
   * Makes a call.
   *
   * @param number one of those above
   * @return what it did, or the negative of its error number
   */
  long invoke(int number, long a, long b, long c, long d, long e, long f) {
    long result = call(SYSCALL, number, a, b, c, d, e, f);
    return result >= 0 ? result : -state.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
  }

  /**
   * Reads a clock into a timespec(3), by the C library's function, which need not enter the kernel.
   *
   * @return whether there is such a clock
   */
  boolean readClock(int clock, MemorySegment timespec) {
    // It returns an int: the register's upper half means nothing.
    return (int) call(CLOCK_GETTIME, clock, timespec.address(), 0, 0, 0, 0, 0) == 0;
  }

  private long call(
      MemorySegment function, long a, long b, long c, long d, long e, long f, long g) {
    try {
      return (long) FUNCTION.invokeExact(function, state, a, b, c, d, e, f, g);
    } catch (RuntimeException | Error told) {
      throw told;
    } catch (Throwable unexpected) {
      throw new IllegalStateException(unexpected);
    }
  }
}
