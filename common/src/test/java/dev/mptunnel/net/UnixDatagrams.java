package dev.mptunnel.net;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** A Unix datagram socket that receives, as a supervisor's does. */
public final class UnixDatagrams implements AutoCloseable {

  private static final short AF_UNIX = 1;
  private static final int SOCK_DGRAM_NONBLOCK = 2 | 0x800;

  private final Arena arena = Arena.ofConfined();
  private final LinuxSockets calls = new LinuxSockets(arena);
  private final int descriptor;

  /**
   * Binds one.
   *
   * @param path where; one that begins with a zero byte is abstract
   */
  public UnixDatagrams(String path) throws IOException {
    descriptor = calls.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK, 0);
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    MemorySegment address = arena.allocate(2 + bytes.length, Short.BYTES);
    address.set(ValueLayout.JAVA_SHORT, 0, AF_UNIX);
    MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, 2, bytes.length);
    int result = calls.bind(descriptor, address, 2 + bytes.length);
    if (result < 0) {
      close();
      throw Errno.exception(-result);
    }
  }

  /** What was sent there first of what was not received yet; null for nothing. */
  public String receive() {
    MemorySegment into = arena.allocate(4_096);
    int bytes = calls.read(descriptor, into, into.byteSize());
    return bytes < 0
        ? null
        : new String(into.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    calls.close(descriptor);
    arena.close();
  }
}
