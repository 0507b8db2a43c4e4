package dev.mptunnel.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The kernel's calls for sockets and epoll(7). Each returns what the call did, or the negative of
 * its error number.
 *
 * <p>An instance is used by one thread: it has the memory where the error number is put.
 */
final class LinuxSockets {

  private final SystemCalls calls;

  /**
   * The calls of one thread.
   *
   * @param arena where the memory for the error number is from
   */
  LinuxSockets(Arena arena) {
    calls = new SystemCalls(arena);
  }

  int socket(int domain, int type, int protocol) {
    return (int) calls.invoke(SystemCalls.SOCKET, domain, type, protocol, 0, 0, 0);
  }

  int bind(int descriptor, MemorySegment address, int bytes) {
    return (int) calls.invoke(SystemCalls.BIND, descriptor, address.address(), bytes, 0, 0, 0);
  }

  int connect(int descriptor, MemorySegment address, int bytes) {
    return (int) calls.invoke(SystemCalls.CONNECT, descriptor, address.address(), bytes, 0, 0, 0);
  }

  int getsockname(int descriptor, MemorySegment address, MemorySegment bytes) {
    return (int)
        calls.invoke(
            SystemCalls.GETSOCKNAME, descriptor, address.address(), bytes.address(), 0, 0, 0);
  }

  int setsockopt(int descriptor, int level, int option, MemorySegment value, int bytes) {
    return (int)
        calls.invoke(SystemCalls.SETSOCKOPT, descriptor, level, option, value.address(), bytes, 0);
  }

  int getsockopt(int descriptor, int level, int option, MemorySegment value, MemorySegment bytes) {
    return (int)
        calls.invoke(
            SystemCalls.GETSOCKOPT, descriptor, level, option, value.address(), bytes.address(), 0);
  }

  /** Receives without a time-out; the flags say whether it waits. */
  int recvmmsg(int descriptor, MemorySegment headers, int count, int flags) {
    return (int)
        calls.invoke(SystemCalls.RECVMMSG, descriptor, headers.address(), count, flags, 0, 0);
  }

  int sendmmsg(int descriptor, MemorySegment headers, int count, int flags) {
    return (int)
        calls.invoke(SystemCalls.SENDMMSG, descriptor, headers.address(), count, flags, 0, 0);
  }

  int send(int descriptor, MemorySegment from, long bytes, int flags) {
    return (int) calls.invoke(SystemCalls.SENDTO, descriptor, from.address(), bytes, flags, 0, 0);
  }

  int receive(int descriptor, MemorySegment into, int flags) {
    return (int)
        calls.invoke(
            SystemCalls.RECVFROM, descriptor, into.address(), into.byteSize(), flags, 0, 0);
  }

  int close(int descriptor) {
    return (int) calls.invoke(SystemCalls.CLOSE, descriptor, 0, 0, 0, 0, 0);
  }

  int read(int descriptor, MemorySegment into, long bytes) {
    return (int) calls.invoke(SystemCalls.READ, descriptor, into.address(), bytes, 0, 0, 0);
  }

  int write(int descriptor, MemorySegment from, long bytes) {
    return (int) calls.invoke(SystemCalls.WRITE, descriptor, from.address(), bytes, 0, 0, 0);
  }

  int eventfd(int value, int flags) {
    return (int) calls.invoke(SystemCalls.EVENTFD2, value, flags, 0, 0, 0, 0);
  }

  int epollCreate(int flags) {
    return (int) calls.invoke(SystemCalls.EPOLL_CREATE1, flags, 0, 0, 0, 0, 0);
  }

  int epollControl(int epoll, int operation, int descriptor, MemorySegment event) {
    return (int)
        calls.invoke(SystemCalls.EPOLL_CTL, epoll, operation, descriptor, event.address(), 0, 0);
  }

  int epollWait(int epoll, MemorySegment events, int count, int timeoutMillis) {
    return (int)
        calls.invoke(SystemCalls.EPOLL_PWAIT, epoll, events.address(), count, timeoutMillis, 0, 0);
  }

  /**
   * Waits with a time-out in nanoseconds.
   *
   * @return {@code -ENOSYS} where there is no such call: before Linux 5.11
   */
  int epollWaitNanos(int epoll, MemorySegment events, int count, MemorySegment timespec) {
    return (int)
        calls.invoke(
            SystemCalls.EPOLL_PWAIT2, epoll, events.address(), count, timespec.address(), 0, 0);
  }
}
