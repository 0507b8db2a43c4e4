package dev.mptunnel.net;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

  private final Arena arena = Arena.ofShared();
  private final LinuxSockets calls = new LinuxSockets(arena);
  private final MemorySegment out = arena.allocate(256, 8);
  private final MemorySegment in = arena.allocate(RECEIVE_BYTES, 8);
  private final int descriptor;
  private int sequence;

  private Netlink() throws IOException {
    descriptor = calls.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE);
    if (descriptor < 0) {
      arena.close();
      throw failed("socket", descriptor);
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
      return new Netlink();
    } catch (IllegalCallerException | UnsupportedOperationException | LinkageError e) {
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
    int sent = calls.send(descriptor, out, bytes, MSG_DONTWAIT);
    if (sent < 0) {
      throw failed("send", sent);
    }
    boolean more = true;
    while (more) {
      int received = calls.receive(descriptor, in, MSG_DONTWAIT);
      if (received < 0) {
        throw failed("recv", received);
      }
      ByteBuffer all = in.asByteBuffer().order(ByteOrder.nativeOrder()).limit(received);
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

  private static IOException failed(String call, int result) {
    return new IOException("netlink: " + call + ": " + Errno.exception(-result).getMessage());
  }

  @Override
  public void close() {
    calls.close(descriptor);
    arena.close();
  }
}
