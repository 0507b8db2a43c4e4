package dev.mptunnel.harness.link;

import dev.mptunnel.harness.Seed;
import java.nio.ByteBuffer;

/** The damage that a link does to a packet, named by a number so that it can be done later. */
public final class Corruption {

  /** No damage. */
  public static final long NONE = 0;

  private static final int MAX_FLIPPED_BITS = 3;

  private Corruption() {}

  /**
   * Flips one to three different bits between position and limit, chosen by the number: always the
   * same for the same number, always a change, and never more than a CRC-32 is sure to notice.
   * Leaves an empty buffer alone, and every buffer for {@link #NONE}.
   */
  public static void apply(ByteBuffer packet, long corruption) {
    int bits = packet.remaining() * Byte.SIZE;
    if (corruption == NONE || bits == 0) {
      return;
    }
    int flips = 1 + (int) Long.remainderUnsigned(Seed.mix(corruption), MAX_FLIPPED_BITS);
    int stride =
        1 + (int) Long.remainderUnsigned(Seed.mix(corruption + 1), bits / MAX_FLIPPED_BITS);
    int bit = (int) Long.remainderUnsigned(Seed.mix(corruption + 2), bits);
    for (int i = 0; i < flips; i++) {
      int at = (bit + i * stride) % bits;
      int index = packet.position() + at / Byte.SIZE;
      packet.put(index, (byte) (packet.get(index) ^ 1 << at % Byte.SIZE));
    }
  }
}
