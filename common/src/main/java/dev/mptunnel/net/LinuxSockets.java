package dev.mptunnel.net;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The C library's calls for sockets and epoll(7), on 64-bit Linux. Each returns what the call did,
 * or the negative of its error number, as the kernel itself has it.
 *
 * <p>An instance is used by one thread: it has the memory where the error number is put.
 */
final class LinuxSockets {

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;

  private static final FunctionDescriptor INT_OF_INT = FunctionDescriptor.of(INT, INT);
  private static final FunctionDescriptor INT_OF_2_INTS = FunctionDescriptor.of(INT, INT, INT);
  private static final FunctionDescriptor INT_OF_3_INTS = FunctionDescriptor.of(INT, INT, INT, INT);
  private static final FunctionDescriptor ADDRESS_CALL =
      FunctionDescriptor.of(INT, INT, POINTER, INT);
  private static final FunctionDescriptor TRANSFER =
      FunctionDescriptor.of(ValueLayout.JAVA_LONG, INT, POINTER, ValueLayout.JAVA_LONG);

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET = STATE.byteOffset(PathElement.groupElement("errno"));

  private static final MethodHandle SOCKET = find("socket", INT_OF_3_INTS);
  private static final MethodHandle BIND = find("bind", ADDRESS_CALL);
  private static final MethodHandle CONNECT = find("connect", ADDRESS_CALL);
  private static final MethodHandle GETSOCKNAME =
      find("getsockname", FunctionDescriptor.of(INT, INT, POINTER, POINTER));
  private static final MethodHandle SETSOCKOPT =
      find("setsockopt", FunctionDescriptor.of(INT, INT, INT, INT, POINTER, INT));
  private static final MethodHandle GETSOCKOPT =
      find("getsockopt", FunctionDescriptor.of(INT, INT, INT, INT, POINTER, POINTER));
  private static final MethodHandle RECVMMSG =
      find("recvmmsg", FunctionDescriptor.of(INT, INT, POINTER, INT, INT, POINTER));
  private static final MethodHandle SENDMMSG =
      find("sendmmsg", FunctionDescriptor.of(INT, INT, POINTER, INT, INT));
  private static final MethodHandle CLOSE = find("close", INT_OF_INT);
  private static final MethodHandle READ = find("read", TRANSFER);
  private static final MethodHandle WRITE = find("write", TRANSFER);
  private static final MethodHandle EVENTFD = find("eventfd", INT_OF_2_INTS);
  private static final MethodHandle EPOLL_CREATE1 = find("epoll_create1", INT_OF_INT);
  private static final MethodHandle EPOLL_CTL =
      find("epoll_ctl", FunctionDescriptor.of(INT, INT, INT, INT, POINTER));
  private static final MethodHandle EPOLL_WAIT =
      find("epoll_wait", FunctionDescriptor.of(INT, INT, POINTER, INT, INT));

  /** Null where the C library is older than this call (glibc 2.35). */
  private static final MethodHandle EPOLL_PWAIT2 =
      findOrNull("epoll_pwait2", FunctionDescriptor.of(INT, INT, POINTER, INT, POINTER, POINTER));

  private final MemorySegment state;

  /**
   * The calls of one thread.
   *
   * @param arena where the memory for the error number is from
   */
  LinuxSockets(Arena arena) {
    state = arena.allocate(STATE);
  }

  private static MethodHandle find(String name, FunctionDescriptor signature) {
    MethodHandle found = findOrNull(name, signature);
    if (found == null) {
      throw new UnsatisfiedLinkError("the C library has no " + name);
    }
    return found;
  }

  @SuppressWarnings("restricted") // calls of the C library's
  private static MethodHandle findOrNull(String name, FunctionDescriptor signature) {
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find(name)
        .map(
            address ->
                linker.downcallHandle(address, signature, Linker.Option.captureCallState("errno")))
        .orElse(null);
  }

  private int outcome(int result) {
    return result >= 0 ? result : -state.get(INT, ERRNO_OFFSET);
  }

  int socket(int domain, int type, int protocol) {
    try {
      return outcome((int) SOCKET.invokeExact(state, domain, type, protocol));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int bind(int descriptor, MemorySegment address, int bytes) {
    try {
      return outcome((int) BIND.invokeExact(state, descriptor, address, bytes));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int connect(int descriptor, MemorySegment address, int bytes) {
    try {
      return outcome((int) CONNECT.invokeExact(state, descriptor, address, bytes));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int getsockname(int descriptor, MemorySegment address, MemorySegment bytes) {
    try {
      return outcome((int) GETSOCKNAME.invokeExact(state, descriptor, address, bytes));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int setsockopt(int descriptor, int level, int option, MemorySegment value, int bytes) {
    try {
      return outcome((int) SETSOCKOPT.invokeExact(state, descriptor, level, option, value, bytes));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int getsockopt(int descriptor, int level, int option, MemorySegment value, MemorySegment bytes) {
    try {
      return outcome((int) GETSOCKOPT.invokeExact(state, descriptor, level, option, value, bytes));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Receives without a time-out; the flags say whether it waits. */
  int recvmmsg(int descriptor, MemorySegment headers, int count, int flags) {
    try {
      return outcome(
          (int) RECVMMSG.invokeExact(state, descriptor, headers, count, flags, MemorySegment.NULL));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int sendmmsg(int descriptor, MemorySegment headers, int count, int flags) {
    try {
      return outcome((int) SENDMMSG.invokeExact(state, descriptor, headers, count, flags));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int close(int descriptor) {
    try {
      return outcome((int) CLOSE.invokeExact(state, descriptor));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int read(int descriptor, MemorySegment into, long bytes) {
    try {
      return outcome((int) (long) READ.invokeExact(state, descriptor, into, bytes));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int write(int descriptor, MemorySegment from, long bytes) {
    try {
      return outcome((int) (long) WRITE.invokeExact(state, descriptor, from, bytes));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int eventfd(int value, int flags) {
    try {
      return outcome((int) EVENTFD.invokeExact(state, value, flags));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int epollCreate(int flags) {
    try {
      return outcome((int) EPOLL_CREATE1.invokeExact(state, flags));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int epollControl(int epoll, int operation, int descriptor, MemorySegment event) {
    try {
      return outcome((int) EPOLL_CTL.invokeExact(state, epoll, operation, descriptor, event));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  int epollWait(int epoll, MemorySegment events, int count, int timeoutMillis) {
    try {
      return outcome((int) EPOLL_WAIT.invokeExact(state, epoll, events, count, timeoutMillis));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * Waits with a time-out in nanoseconds.
   *
   * @return {@code -ENOSYS} where there is no such call: neither before Linux 5.11 nor before glibc
   *     2.35
   */
  int epollWaitNanos(int epoll, MemorySegment events, int count, MemorySegment timespec) {
    if (EPOLL_PWAIT2 == null) {
      return -Errno.ENOSYS;
    }
    try {
      return outcome(
          (int)
              EPOLL_PWAIT2.invokeExact(state, epoll, events, count, timespec, MemorySegment.NULL));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static RuntimeException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException told ? told : new IllegalStateException(e);
  }
}
