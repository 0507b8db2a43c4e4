package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** What systemd is to a service: a Unix datagram socket at which it hears how the service is. */
final class Supervisor implements AutoCloseable {

  private static final short AF_UNIX = 1;
  private static final int SOCK_DGRAM_NONBLOCK = 2 | 0x800;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final MethodHandle SOCKET =
      Libc.function("socket", FunctionDescriptor.of(INT, INT, INT, INT));
  private static final MethodHandle BIND =
      Libc.function("bind", FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT));
  private static final MethodHandle READ =
      Libc.function(
          "read",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG, INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
  private static final MethodHandle CLOSE = Libc.function("close", FunctionDescriptor.of(INT, INT));

  private final Arena arena = Arena.ofShared();
  private final MemorySegment state = Libc.newCallState(arena);
  private final MemorySegment into = arena.allocate(4_096);
  private final Path path;
  private final int descriptor;

  Supervisor(Path path) throws IOException {
    this.path = path;
    try {
      descriptor = (int) SOCKET.invokeExact(state, (int) AF_UNIX, SOCK_DGRAM_NONBLOCK, 0);
      byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
      MemorySegment address = arena.allocate(2 + name.length, Short.BYTES);
      address.set(ValueLayout.JAVA_SHORT, 0, AF_UNIX);
      MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, 2, name.length);
      if ((int) BIND.invokeExact(state, descriptor, address, 2 + name.length) != 0) {
        throw new IOException("bind " + path + ": " + Libc.errno(state));
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a service is given, with a watchdog of this time. */
  Map<String, String> environment(long watchdogMicros) {
    return Map.of("NOTIFY_SOCKET", path.toString(), "WATCHDOG_USEC", Long.toString(watchdogMicros));
  }

  /** What was said first of what was not heard yet; null for nothing. */
  String heard() {
    try {
      long bytes = (long) READ.invokeExact(state, descriptor, into, into.byteSize());
      return bytes < 0
          ? null
          : new String(
              into.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      int _ = (int) CLOSE.invokeExact(state, descriptor);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    arena.close();
  }
}
