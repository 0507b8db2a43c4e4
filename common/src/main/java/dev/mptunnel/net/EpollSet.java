package dev.mptunnel.net;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** An epoll(7) of one thread. Level-triggered: what is not read to its end is told of again. */
final class EpollSet implements AutoCloseable {

  static final int EPOLLIN = 1;
  static final int EPOLLOUT = 4;
  static final int EPOLLERR = 8;
  static final int EPOLLHUP = 16;

  private static final int EPOLL_CLOEXEC = 0x8_0000;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_MOD = 3;

  private static final int EVENTS = 64;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long NANOS_PER_MILLI = 1_000_000L;

  // struct epoll_event   events:32 data:64, with nothing between on x86-64 only
  private static final boolean PACKED = System.getProperty("os.arch", "").equals("amd64");
  private static final int DATA = PACKED ? 4 : 8;
  private static final int EVENT_BYTES = DATA + Long.BYTES;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  // Packed structures need not be aligned.
  private static final ValueLayout.OfLong DATA_LAYOUT = ValueLayout.JAVA_LONG_UNALIGNED;

  private final LinuxSockets calls;
  private final MemorySegment events;
  private final MemorySegment one;
  private final MemorySegment timespec;
  private final int descriptor;
  private boolean millisOnly;

  EpollSet(LinuxSockets calls, Arena arena) throws IOException {
    this.calls = calls;
    events = arena.allocate((long) EVENTS * EVENT_BYTES, 8);
    one = arena.allocate(EVENT_BYTES, 8);
    timespec = arena.allocate(ValueLayout.JAVA_LONG, 2);
    descriptor = calls.epollCreate(EPOLL_CLOEXEC);
    if (descriptor < 0) {
      throw Errno.exception(-descriptor);
    }
  }

  /**
   * Watches a descriptor.
   *
   * @param data what its events are told with
   */
  void add(int watched, int interest, long data) throws IOException {
    int result = control(EPOLL_CTL_ADD, watched, interest, data);
    if (result < 0) {
      throw Errno.exception(-result);
    }
  }

  /** Changes what it is watched for. */
  void change(int watched, int interest, long data) {
    int result = control(EPOLL_CTL_MOD, watched, interest, data);
    if (result < 0) {
      throw new IllegalStateException("epoll_ctl: " + Errno.exception(-result).getMessage());
    }
  }

  private int control(int operation, int watched, int interest, long data) {
    one.set(INT, 0, interest);
    one.set(DATA_LAYOUT, DATA, data);
    return calls.epollControl(descriptor, operation, watched, one);
  }

  /**
   * Waits until something happens or the time is over.
   *
   * @param nanos how long at most; {@link Long#MAX_VALUE} for ever
   * @return how many events there are
   */
  int await(long nanos) {
    if (nanos > 0 && nanos < Long.MAX_VALUE && !millisOnly) {
      timespec.setAtIndex(ValueLayout.JAVA_LONG, 0, nanos / NANOS_PER_SECOND);
      timespec.setAtIndex(ValueLayout.JAVA_LONG, 1, nanos % NANOS_PER_SECOND);
      int count = calls.epollWaitNanos(descriptor, events, EVENTS, timespec);
      if (isCount(count)) {
        return Math.max(0, count);
      }
      // Not only ENOSYS: a container's filter answers what it does not know with EPERM.
      millisOnly = true;
    }
    int count = calls.epollWait(descriptor, events, EVENTS, millis(nanos));
    if (!isCount(count)) {
      throw new IllegalStateException("epoll_wait: " + Errno.exception(-count).getMessage());
    }
    return Math.max(0, count);
  }

  /** A signal ends the wait, too; there is nothing wrong with it. */
  private static boolean isCount(int result) {
    return result >= 0 || result == -Errno.EINTR;
  }

  /** Rounded up, or it would wake up too early, and again and again. */
  private static int millis(long nanos) {
    if (nanos == Long.MAX_VALUE) {
      return -1;
    }
    long millis = nanos / NANOS_PER_MILLI + (nanos % NANOS_PER_MILLI > 0 ? 1 : 0);
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }

  /** What happened. */
  int events(int index) {
    return events.get(INT, (long) index * EVENT_BYTES);
  }

  /** What the descriptor was added with. */
  long data(int index) {
    return events.get(DATA_LAYOUT, (long) index * EVENT_BYTES + DATA);
  }

  @Override
  public void close() {
    calls.close(descriptor);
  }
}
