package dev.mptunnel.harness.fuzz;

import java.nio.ByteBuffer;

/**
 * A planted bug, to see that the rig finds one: behind a magic number of four bytes, a length and a
 * check, each of which must hold before the next is looked at. Inputs drawn blindly would meet the
 * first in one of four billion; a fuzzer that sees the comparisons and the code they lead to is
 * through in seconds.
 */
final class CanaryTarget implements FuzzTarget {

  /** What it throws. */
  static final String SONG = "the canary sings";

  private static final int MAGIC = 0x6d70543f;
  private static final int LENGTH_OFFSET = 4;
  private static final int KEY_OFFSET = 6;
  private static final int CHECK_OFFSET = 7;
  private static final int MIN_BYTES = 8;

  @Override
  public void accept(byte[] input) {
    if (input.length < MIN_BYTES) {
      return;
    }
    ByteBuffer packet = ByteBuffer.wrap(input);
    if (packet.getInt(0) == MAGIC
        && packet.getShort(LENGTH_OFFSET) == input.length
        && packet.get(CHECK_OFFSET) == (byte) (packet.get(KEY_OFFSET) ^ 0x5a)) {
      throw new IllegalStateException(SONG);
    }
  }
}
