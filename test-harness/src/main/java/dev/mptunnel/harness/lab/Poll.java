package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Waits until one of several file descriptors can be read, to the nanosecond: {@code ppoll(2)},
 * since a selector of the JDK's counts milliseconds. Belongs to one thread.
 */
final class Poll {

  private static final MethodHandle PPOLL =
      Libc.function(
          "ppoll",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS));
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  // struct pollfd { int fd; short events; short revents; }
  private static final int ENTRY_BYTES = 8;
  private static final int EVENTS_OFFSET = 4;
  private static final int RETURNED_OFFSET = 6;
  private static final short POLLIN = 1;

  private final int count;
  private final MemorySegment entries;
  private final MemorySegment timeout;
  private final MemorySegment state;

  /** Waits for these, which are called by their index from now on. */
  Poll(int... descriptors) {
    Arena arena = Arena.ofAuto();
    count = descriptors.length;
    entries = arena.allocate((long) ENTRY_BYTES * count, ENTRY_BYTES);
    timeout = arena.allocate(ValueLayout.JAVA_LONG, 2);
    state = Libc.newCallState(arena);
    for (int i = 0; i < count; i++) {
      entries.set(ValueLayout.JAVA_INT, (long) i * ENTRY_BYTES, descriptors[i]);
      entries.set(ValueLayout.JAVA_SHORT, (long) i * ENTRY_BYTES + EVENTS_OFFSET, POLLIN);
    }
  }

  /**
   * Waits for one of the first descriptors, or for the time to pass.
   *
   * @param first how many of them count this time; no other can be read then
   * @param nanos at most so long; not at all if not positive
   */
  void await(int first, long nanos) throws IOException {
    timeout.setAtIndex(ValueLayout.JAVA_LONG, 0, Math.max(0, nanos) / NANOS_PER_SECOND);
    timeout.setAtIndex(ValueLayout.JAVA_LONG, 1, Math.max(0, nanos) % NANOS_PER_SECOND);
    int ready;
    try {
      ready = (int) PPOLL.invokeExact(state, entries, (long) first, timeout, MemorySegment.NULL);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (ready < 0 && Libc.errno(state) != Libc.EINTR) {
      Libc.check(ready, state, "ppoll");
    }
    for (int i = ready < 0 ? 0 : first; i < count; i++) {
      entries.set(ValueLayout.JAVA_SHORT, (long) i * ENTRY_BYTES + RETURNED_OFFSET, (short) 0);
    }
  }

  /** Whether there was something to read, its end or an error included. */
  boolean canRead(int index) {
    return entries.get(ValueLayout.JAVA_SHORT, (long) index * ENTRY_BYTES + RETURNED_OFFSET) != 0;
  }
}
