package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * A Linux TUN device: what the kernel routes into it is read here, what is written here the kernel
 * receives from it. It vanishes with the process that opened it. Belongs to one thread.
 */
final class TunDevice {

  // linux/if_tun.h, linux/if.h and fcntl.h
  private static final long TUNSETIFF = 0x400454caL;
  private static final short IFF_TUN = 0x0001;
  private static final short IFF_NO_PI = 0x1000;
  private static final int IFREQ_BYTES = 40;
  private static final int IFREQ_FLAGS_OFFSET = 16;
  private static final int O_RDWR = 2;
  private static final int O_NONBLOCK = 0x800;

  private static final MethodHandle IOCTL =
      Libc.variadic(
          "ioctl",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS),
          2);
  private static final FunctionDescriptor TRANSFER =
      FunctionDescriptor.of(
          ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
  private static final MethodHandle READ = Libc.function("read", TRANSFER);
  private static final MethodHandle WRITE = Libc.function("write", TRANSFER);

  private final String name;
  private final int descriptor;
  private final MemorySegment state = Libc.newCallState(Arena.ofAuto());

  private TunDevice(String name, int descriptor) {
    this.name = name;
    this.descriptor = descriptor;
  }

  /**
   * Makes the device in the network namespace of this process. It may be moved to another one.
   *
   * @param name at most 15 characters
   */
  static TunDevice open(String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.newCallState(arena);
      int descriptor = Libc.open("/dev/net/tun", O_RDWR | O_NONBLOCK);
      MemorySegment request = arena.allocate(IFREQ_BYTES);
      request.setString(0, name);
      request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS_OFFSET, (short) (IFF_TUN | IFF_NO_PI));
      int made = (int) IOCTL.invokeExact(state, descriptor, TUNSETIFF, request);
      Libc.check(made, state, "TUNSETIFF " + name);
      return new TunDevice(name, descriptor);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** What to wait for it by. */
  int descriptor() {
    return descriptor;
  }

  /**
   * Reads one packet.
   *
   * @return its length in bytes, or 0 when none is there
   */
  int read(MemorySegment packet) throws IOException {
    long length;
    try {
      length = (long) READ.invokeExact(state, descriptor, packet, packet.byteSize());
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (length < 0 && Libc.errno(state) == Libc.EAGAIN) {
      return 0;
    }
    return (int) Libc.check(length, state, "read " + name);
  }

  /**
   * Writes one packet; while the device is down the packet is lost, as on a line that is unplugged.
   */
  void write(MemorySegment packet, long lengthBytes) throws IOException {
    long length;
    try {
      length = (long) WRITE.invokeExact(state, descriptor, packet, lengthBytes);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (length < 0 && Libc.errno(state) != Libc.EIO) {
      Libc.check(length, state, "write " + name);
    }
  }
}
