package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.wire.Header;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The program for the kernel, run here as the kernel runs it, says what Java says. */
final class SessionSteeringTest {

  private static final int SESSIONS = 1_000;

  @Test
  void theProgramPicksTheLoopThatJavaPicks() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int loops = 2; loops <= 64; loops++) {
      for (int i = 0; i < SESSIONS; i++) {
        long id = i < 4 ? new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}[i] : random.nextLong();
        ByteBuffer packet = ByteBuffer.allocate(random.nextInt(Header.LENGTH, 100));
        random.nextBytes(packet.array());
        packet.putLong(Header.SESSION_ID_OFFSET, id);
        int loop = SessionSteering.loopOf(id, loops);
        assertEquals(loop, run(loops, packet), "session " + id + ", " + loops + ", seed " + seed);
        assertTrue(loop >= 0 && loop < loops);
      }
    }
  }

  @Test
  void sessionsAreSpreadEvenly() {
    Random random = new Random(7);
    int[] sessions = new int[3];
    for (int i = 0; i < 30_000; i++) {
      sessions[SessionSteering.loopOf(random.nextLong(), 3)]++;
    }
    for (int ofLoop : sessions) {
      assertEquals(10_000, ofLoop, 500);
    }
  }

  @Test
  void whatIsTooShortForAnIdGoesToTheFirst() {
    for (int bytes = 0; bytes < 5; bytes++) {
      assertEquals(0, run(7, ByteBuffer.allocate(bytes).put(new byte[bytes]).flip()));
    }
  }

  /** The instructions that it has, by the kernel's rules (filter.txt of its documentation). */
  private static int run(int loops, ByteBuffer packet) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment program = arena.allocate(SessionSteering.PROGRAM_BYTES, 8);
      SessionSteering.writeProgram(loops, program, 0);
      int accumulator = 0;
      for (int at = 0; at < program.byteSize(); at += SessionSteering.INSTRUCTION_BYTES) {
        int code = Short.toUnsignedInt(program.get(ValueLayout.JAVA_SHORT, at));
        int operand = program.get(ValueLayout.JAVA_INT, at + Integer.BYTES);
        switch (code) {
          case 0x20 -> { // ld [k]
            if (operand + Integer.BYTES > packet.limit()) {
              return 0;
            }
            accumulator = packet.getInt(operand);
          }
          case 0x94 -> accumulator = Integer.remainderUnsigned(accumulator, operand); // mod #k
          case 0x16 -> { // ret a
            return accumulator;
          }
          default -> throw new AssertionError("instruction 0x" + Integer.toHexString(code));
        }
      }
      throw new AssertionError("it does not end");
    }
  }
}
