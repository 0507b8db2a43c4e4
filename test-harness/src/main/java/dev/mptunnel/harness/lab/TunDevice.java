package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * A Linux TUN device: what the kernel routes into it is read here, what is written here the kernel
 * receives from it. It vanishes with the process that opened it.
 */
@SuppressWarnings("restricted")
final class TunDevice {

  // linux/if_tun.h and linux/if.h
  private static final long TUNSETIFF = 0x400454caL;
  private static final short IFF_TUN = 0x0001;
  private static final short IFF_NO_PI = 0x1000;
  private static final int IFREQ_BYTES = 40;
  private static final int IFREQ_FLAGS_OFFSET = 16;
  private static final int O_RDWR = 2;
  private static final int EIO = 5;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final VarHandle ERRNO_FIELD =
      Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle OPEN =
      call(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          ERRNO,
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle IOCTL =
      call(
          "ioctl",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS),
          ERRNO,
          Linker.Option.firstVariadicArg(2));
  private static final FunctionDescriptor TRANSFER =
      FunctionDescriptor.of(
          ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
  private static final MethodHandle READ = call("read", TRANSFER, ERRNO);
  private static final MethodHandle WRITE = call("write", TRANSFER, ERRNO);

  private final String name;
  private final int descriptor;

  private TunDevice(String name, int descriptor) {
    this.name = name;
    this.descriptor = descriptor;
  }

  private static MethodHandle call(
      String symbol, FunctionDescriptor descriptor, Linker.Option... options) {
    SymbolLookup lookup = LINKER.defaultLookup();
    return LINKER.downcallHandle(lookup.findOrThrow(symbol), descriptor, options);
  }

  /**
   * Makes the device in the network namespace of this process. It may be moved to another one.
   *
   * @param name at most 15 characters
   */
  static TunDevice open(String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      int descriptor = (int) OPEN.invokeExact(state, arena.allocateFrom("/dev/net/tun"), O_RDWR);
      check(descriptor, state, "open /dev/net/tun");
      MemorySegment request = arena.allocate(IFREQ_BYTES);
      request.setString(0, name);
      request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS_OFFSET, (short) (IFF_TUN | IFF_NO_PI));
      check(
          (int) IOCTL.invokeExact(state, descriptor, TUNSETIFF, request),
          state,
          "TUNSETIFF " + name);
      return new TunDevice(name, descriptor);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Call state for {@link #read} and {@link #write}; one per thread. */
  static MemorySegment newCallState(Arena arena) {
    return arena.allocate(Linker.Option.captureStateLayout());
  }

  /**
   * Reads one packet, blocking.
   *
   * @return its length in bytes
   */
  int read(MemorySegment packet, MemorySegment state) throws IOException {
    long length;
    try {
      length = (long) READ.invokeExact(state, descriptor, packet, packet.byteSize());
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    check(length, state, "read " + name);
    return (int) length;
  }

  /**
   * Writes one packet; while the device is down the packet is lost, as on a line that is unplugged.
   */
  void write(MemorySegment packet, long lengthBytes, MemorySegment state) throws IOException {
    long length;
    try {
      length = (long) WRITE.invokeExact(state, descriptor, packet, lengthBytes);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (length < 0 && (int) ERRNO_FIELD.get(state, 0L) != EIO) {
      check(length, state, "write " + name);
    }
  }

  private static void check(long result, MemorySegment state, String what) throws IOException {
    if (result < 0) {
      throw new IOException(what + ": errno " + (int) ERRNO_FIELD.get(state, 0L));
    }
  }
}
