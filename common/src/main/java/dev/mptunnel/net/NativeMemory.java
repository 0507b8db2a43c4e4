package dev.mptunnel.net;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.function.LongSupplier;

/**
 * What the sockets of a {@link NativeEngine} share, outside the heap, made, used and freed by its
 * thread alone.
 */
final class NativeMemory implements AutoCloseable {

  final LinuxSockets calls;
  final EpollSet epoll;
  final ReceiveBatch receive;
  final SendBatch send;
  final SendPool pool = new SendPool();
  final ArrivalClock arrivals;

  private final Arena arena;
  private final MemorySegment scratch;

  private NativeMemory(Arena arena, LongSupplier clock) throws IOException {
    this.arena = arena;
    calls = new LinuxSockets(arena);
    scratch = NativeSocket.newScratch(arena);
    AddressCache addresses = new AddressCache(arena, salt());
    receive = new ReceiveBatch(calls, addresses, arena);
    send = new SendBatch(calls, addresses, arena);
    KernelClock timeOfDay = KernelClock.orNull(KernelClock.REALTIME);
    // By a clock that stands still every stamp is of the future, and says nothing.
    arrivals = new ArrivalClock(clock, timeOfDay != null ? timeOfDay : () -> 0);
    checkKnown("recvmmsg", calls.recvmmsg(-1, scratch, 0, 0));
    checkKnown("sendmmsg", calls.sendmmsg(-1, scratch, 0, 0));
    epoll = new EpollSet(calls, arena);
  }

  /** From where SecureRandom has its numbers too, which takes 30 ms to load. */
  private static long salt() {
    try (InputStream random = new FileInputStream("/dev/urandom")) {
      return ByteBuffer.wrap(random.readNBytes(Long.BYTES)).getLong();
    } catch (IOException | BufferUnderflowException e) {
      return new SecureRandom().nextLong(); // it asks the kernel otherwise where there is no /dev
    }
  }

  /** Not where a container forbids it, or a kernel that is none does not have it. */
  private static void checkKnown(String call, int resultForNoSocket) throws IOException {
    if (resultForNoSocket != -Errno.EBADF) {
      String why =
          resultForNoSocket < 0 ? Errno.exception(-resultForNoSocket).getMessage() : "void";
      throw new IOException(call + ": " + why);
    }
  }

  /**
   * Opens all of it, or nothing.
   *
   * @param clock the engine's
   */
  static NativeMemory open(LongSupplier clock) throws IOException {
    Arena arena = Arena.ofConfined();
    NativeMemory opened = null;
    try {
      opened = new NativeMemory(arena, clock);
      return opened;
    } finally {
      if (opened == null) {
        arena.close();
      }
    }
  }

  NativeSocket newSocket(boolean ipv6) throws IOException {
    return new NativeSocket(calls, scratch, ipv6);
  }

  @Override
  public void close() {
    epoll.close();
    pool.close();
    arena.close();
  }
}
