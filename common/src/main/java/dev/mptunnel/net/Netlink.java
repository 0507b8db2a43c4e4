package dev.mptunnel.net;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.NoSuchElementException;
import java.util.function.Predicate;

/**
 * A socket of rtnetlink(7), which the JDK has none of: one question, and the messages that answer
 * it. The kernel answers while it is asked, so nothing here waits. Used by one thread at a time.
 */
final class Netlink implements AutoCloseable {

  static final int HEADER_BYTES = 16; // struct nlmsghdr: length:32 type:16 flags:16 seq:32 port:32
  static final short NLM_F_REQUEST = 1;
  static final short NLM_F_DUMP = 0x300;

  private static final int NLMSG_DONE = 3;
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW_CLOEXEC = 3 | 0x8_0000;
  private static final int NETLINK_ROUTE = 0;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int RECEIVE_BYTES = 32 << 10; // what the kernel fills at most for a dump

  private final Calls calls;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment out = arena.allocate(256, 8);
  private final MemorySegment in = arena.allocate(RECEIVE_BYTES, 8);
  private final int descriptor;
  private int sequence;

  private Netlink(Calls calls) throws IOException {
    this.calls = calls;
    descriptor = calls.socket();
    if (descriptor < 0) {
      arena.close();
      throw failed("socket");
    }
  }

  /**
   * Opens one.
   *
   * @throws IOException where there is none, which is everywhere but on 64-bit Linux
   */
  static Netlink open() throws IOException {
    if (!Engines.is64BitLinux()) {
      throw new IOException("netlink: only on 64-bit Linux");
    }
    try {
      return new Netlink(new Calls());
    } catch (IllegalCallerException
        | UnsupportedOperationException
        | NoSuchElementException
        | LinkageError e) {
      throw new IOException("netlink: no native calls", e); // the user has denied us them
    }
  }

  /** A message to be filled behind its header, in the machine's byte order. */
  ByteBuffer message() {
    return out.asByteBuffer().order(ByteOrder.nativeOrder()).position(HEADER_BYTES);
  }

  /**
   * Asks the kernel.
   *
   * @param message from {@link #message}, written up to its position
   * @param answer told of each message that answers, its position at the header, its limit at the
   *     end, until it returns false; of an error as of any other
   */
  void ask(int type, int flags, ByteBuffer message, Predicate<ByteBuffer> answer)
      throws IOException {
    int bytes = message.position();
    sequence++;
    message.putInt(0, bytes);
    message.putShort(4, (short) type);
    message.putShort(6, (short) (NLM_F_REQUEST | flags));
    message.putInt(8, sequence);
    message.putInt(12, 0);
    if (calls.send(descriptor, out, bytes) != bytes) {
      throw failed("send");
    }
    boolean more = true;
    while (more) {
      long received = calls.receive(descriptor, in);
      if (received < 0) {
        throw failed("recv");
      }
      ByteBuffer all = in.asByteBuffer().order(ByteOrder.nativeOrder()).limit((int) received);
      more = hand(all, (flags & NLM_F_DUMP) != 0, answer);
    }
  }

  /** Whether more is to come. What answers an earlier question that failed is passed over. */
  private boolean hand(ByteBuffer all, boolean dump, Predicate<ByteBuffer> answer) {
    boolean more = true;
    while (more && all.remaining() >= HEADER_BYTES) {
      int start = all.position();
      int end = start + all.getInt(start);
      if (end < start + HEADER_BYTES || end > all.limit()) {
        return false;
      }
      if (all.getInt(start + 8) == sequence) {
        more =
            all.getShort(start + 4) != NLMSG_DONE
                && answer.test(all.duplicate().order(all.order()).limit(end))
                && dump;
      }
      all.position(Math.min(start + (end - start + 3 & ~3), all.limit()));
    }
    return more;
  }

  private static IOException failed(String call) {
    return new IOException("netlink: " + call + " failed");
  }

  @Override
  public void close() {
    calls.close(descriptor);
    arena.close();
  }

  /** The C library's functions. */
  @SuppressWarnings("restricted") // calls of the C library's
  private static final class Calls {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong SIZE = ValueLayout.JAVA_LONG;

    private final MethodHandle socket = find("socket", FunctionDescriptor.of(INT, INT, INT, INT));
    private final MethodHandle send =
        find("send", FunctionDescriptor.of(SIZE, INT, ValueLayout.ADDRESS, SIZE, INT));
    private final MethodHandle receive =
        find("recv", FunctionDescriptor.of(SIZE, INT, ValueLayout.ADDRESS, SIZE, INT));
    private final MethodHandle close = find("close", FunctionDescriptor.of(INT, INT));

    private static MethodHandle find(String name, FunctionDescriptor signature) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature);
    }

    int socket() {
      try {
        return (int) socket.invokeExact(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE);
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }

    long send(int descriptor, MemorySegment bytes, long count) {
      try {
        return (long) send.invokeExact(descriptor, bytes, count, MSG_DONTWAIT);
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }

    long receive(int descriptor, MemorySegment into) {
      try {
        return (long) receive.invokeExact(descriptor, into, into.byteSize(), MSG_DONTWAIT);
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }

    void close(int descriptor) {
      try {
        int _ = (int) close.invokeExact(descriptor);
      } catch (Throwable e) {
        throw unexpected(e);
      }
    }

    private static RuntimeException unexpected(Throwable e) {
      if (e instanceof Error error) {
        throw error;
      }
      return e instanceof RuntimeException told ? told : new IllegalStateException(e);
    }
  }
}
