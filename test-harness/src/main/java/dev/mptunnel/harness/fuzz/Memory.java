package dev.mptunnel.harness.fuzz;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Where an engine hands a datagram over: among others, which nobody may touch, and gone as soon as
 * the call is over.
 */
final class Memory {

  private static final int BESIDE_BYTES = 128;
  private static final int MAX_BYTES = 65_536;
  private static final byte BESIDE = 0x5a;
  private static final byte GONE = (byte) 0xa5;

  private static final ThreadLocal<ByteBuffer> NATIVE =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(MAX_BYTES + 2 * BESIDE_BYTES));

  private Memory() {}

  /** Hands it over, on the heap or outside it; which of the two follows from its bytes. */
  static void handOver(byte[] datagram, Consumer<ByteBuffer> taker) {
    boolean isNative = (Arrays.hashCode(datagram) & 1) == 1;
    int end = BESIDE_BYTES + datagram.length;
    ByteBuffer all = isNative ? NATIVE.get().clear() : ByteBuffer.allocate(end + BESIDE_BYTES);
    fill(all, 0, BESIDE_BYTES, BESIDE);
    all.put(BESIDE_BYTES, datagram);
    fill(all, end, BESIDE_BYTES, BESIDE);
    taker.accept(all.limit(end).position(BESIDE_BYTES));
    all.clear();
    fill(all, BESIDE_BYTES, datagram.length, GONE);
    for (int i = 0; i < BESIDE_BYTES; i++) {
      Must.hold(all.get(i) == BESIDE && all.get(end + i) == BESIDE, "written beside a datagram");
    }
  }

  private static void fill(ByteBuffer buffer, int from, int bytes, byte with) {
    for (int i = from; i < from + bytes; i++) {
      buffer.put(i, with);
    }
  }
}
