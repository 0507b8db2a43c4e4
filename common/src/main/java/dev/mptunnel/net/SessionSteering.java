package dev.mptunnel.net;

import dev.mptunnel.wire.Header;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Which of several loops a session is on: its id's first 32 bits, all of them random, modulo their
 * number. In Java, and as a program for the kernel, which picks among the sockets that share a port
 * by it. So all packets of a session, from whatever path, meet on one loop.
 *
 * <pre>
 *  ld  [1]       A = the four bytes behind the type, in network byte order
 *  mod #loops    A = A % loops, unsigned
 *  ret a
 * </pre>
 *
 * <p>Where there are no four bytes the kernel ends the program, which then counts as having said 0.
 */
public final class SessionSteering {

  // Of the classic Berkeley packet filter: linux/filter.h and linux/bpf_common.h.
  static final int LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
  static final int MODULO = 0x94; // BPF_ALU | BPF_MOD | BPF_K
  static final int RETURN = 0x16; // BPF_RET | BPF_A

  /** Bytes of a sock_filter: code:16, jump if true:8, jump if false:8, operand:32. */
  static final int INSTRUCTION_BYTES = 8;

  static final int INSTRUCTIONS = 3;
  static final int PROGRAM_BYTES = INSTRUCTIONS * INSTRUCTION_BYTES;

  private SessionSteering() {}

  /** The session's loop, of so many. */
  public static int loopOf(long sessionId, int loops) {
    return Integer.remainderUnsigned((int) (sessionId >>> Integer.SIZE), loops);
  }

  /** Writes the program, {@link #PROGRAM_BYTES} of it, as setsockopt(2) wants it. */
  static void writeProgram(int loops, MemorySegment to, long offset) {
    put(to, offset, LOAD_WORD, Header.SESSION_ID_OFFSET);
    put(to, offset + INSTRUCTION_BYTES, MODULO, loops);
    put(to, offset + 2 * INSTRUCTION_BYTES, RETURN, 0);
  }

  private static void put(MemorySegment to, long offset, int code, int operand) {
    to.set(ValueLayout.JAVA_SHORT, offset, (short) code);
    to.set(ValueLayout.JAVA_SHORT, offset + Short.BYTES, (short) 0);
    to.set(ValueLayout.JAVA_INT, offset + Integer.BYTES, operand);
  }
}
