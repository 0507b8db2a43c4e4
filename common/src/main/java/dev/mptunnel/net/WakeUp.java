package dev.mptunnel.net;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What ends the sleep of an engine's thread from another one: an eventfd(2), written to only while
 * that thread may be asleep.
 */
final class WakeUp implements AutoCloseable {

  private static final int EFD_NONBLOCK = 0x800;
  private static final int EFD_CLOEXEC = 0x8_0000;

  private final Arena arena = Arena.ofShared();
  private final LinuxSockets sleeperCalls = new LinuxSockets(arena);
  private final LinuxSockets wakerCalls = new LinuxSockets(arena);
  private final MemorySegment read = arena.allocate(ValueLayout.JAVA_LONG);
  private final MemorySegment one = arena.allocate(ValueLayout.JAVA_LONG);
  private final AtomicBoolean asleep = new AtomicBoolean();
  private final int descriptor;
  private boolean closed;

  WakeUp() throws IOException {
    one.set(ValueLayout.JAVA_LONG, 0, 1);
    descriptor = sleeperCalls.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0) {
      arena.close();
      throw Errno.exception(-descriptor);
    }
  }

  int descriptor() {
    return descriptor;
  }

  /** From now on {@link #wake} has to write. The sleeper looks for work once more after this. */
  void fallAsleep() {
    asleep.set(true);
  }

  /** The sleeper is awake. */
  void awake() {
    asleep.set(false);
  }

  /** Takes back what {@link #wake} wrote. */
  void drain() {
    sleeperCalls.read(descriptor, read, Long.BYTES);
  }

  /** Wakes the sleeper. From any thread; nothing after {@link #close}. */
  void wake() {
    if (asleep.compareAndSet(true, false)) {
      write();
    }
  }

  /** One thread at a time, and none once the descriptor may be another file's. */
  private synchronized void write() {
    if (!closed) {
      wakerCalls.write(descriptor, one, Long.BYTES);
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      sleeperCalls.close(descriptor);
      arena.close();
    }
  }
}
