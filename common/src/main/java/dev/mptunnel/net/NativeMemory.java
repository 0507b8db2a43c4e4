package dev.mptunnel.net;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

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

  private final Arena arena;
  private final MemorySegment scratch;

  private NativeMemory(Arena arena) throws IOException {
    this.arena = arena;
    calls = new LinuxSockets(arena);
    scratch = NativeSocket.newScratch(arena);
    AddressCache addresses = new AddressCache(arena);
    receive = new ReceiveBatch(calls, addresses, arena);
    send = new SendBatch(calls, addresses, arena);
    int error = calls.recvmmsg(-1, scratch, 0, 0);
    if (error != -Errno.EBADF) {
      // As where a container forbids it, or a kernel that is none does not have it.
      throw new IOException("recvmmsg: " + Errno.exception(-error).getMessage());
    }
    epoll = new EpollSet(calls, arena);
  }

  /** Opens all of it, or nothing. */
  static NativeMemory open() throws IOException {
    Arena arena = Arena.ofConfined();
    NativeMemory opened = null;
    try {
      opened = new NativeMemory(arena);
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
