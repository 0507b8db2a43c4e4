package dev.mptunnel.net;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Sends datagrams to the Unix socket of a supervisor, as sd_notify(3) does: Java's own channels
 * speak to stream sockets only. Each datagram has a socket of its own, so there is nothing to
 * close, and any thread may send.
 *
 * <pre>
 *   struct sockaddr_un   family:16  path:0-108 bytes
 * </pre>
 *
 * <p>A path that begins with a zero byte is a name in the abstract namespace: unix(7).
 */
public final class NotifySocket {

  private static final short AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x8_0000;

  private static final int PATH = 2;
  private static final int MAX_PATH_BYTES = 108;

  private final byte[] path;

  private NotifySocket(byte[] path) {
    this.path = path;
  }

  /**
   * The socket that a supervisor names.
   *
   * @param name a path, or {@code @} and a name in the abstract namespace
   * @throws IOException when there can be no such socket here; the message is one line
   */
  public static NotifySocket named(String name) throws IOException {
    if (!Engines.is64BitLinux()) {
      throw new IOException("only 64-bit Linux is known to have such sockets");
    }
    byte[] path = name.getBytes(StandardCharsets.UTF_8);
    boolean isAbstract = name.startsWith("@");
    // The kernel ends a path by a zero byte where there is room; an abstract name has all of it.
    if (path.length < 2 || path.length > MAX_PATH_BYTES || !(isAbstract || name.startsWith("/"))) {
      throw new IOException("expected a path, or @ and a name, of at most 108 bytes");
    }
    if (isAbstract) {
      path[0] = 0;
    }
    return new NotifySocket(path);
  }

  /**
   * Sends a datagram; waits while the supervisor has no room for it.
   *
   * @throws IOException when nobody is there, or native calls are denied; the message is one line
   */
  public void send(String text) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      LinuxSockets calls = new LinuxSockets(arena);
      int descriptor = done(calls.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      try {
        MemorySegment address = arena.allocate(PATH + MAX_PATH_BYTES, Short.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, AF_UNIX);
        MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, PATH, path.length);
        done(calls.connect(descriptor, address, PATH + path.length));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        MemorySegment content = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
        done(calls.write(descriptor, content, bytes.length));
      } finally {
        calls.close(descriptor);
      }
    } catch (IllegalCallerException | UnsupportedOperationException | LinkageError e) {
      throw new IOException("native calls are not to be had: " + e.getMessage(), e);
    }
  }

  private static int done(int result) throws IOException {
    if (result < 0) {
      throw Errno.exception(-result);
    }
    return result;
  }
}
