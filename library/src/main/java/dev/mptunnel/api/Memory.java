package dev.mptunnel.api;

import dev.mptunnel.net.StriperDriver;
import dev.mptunnel.stream.StreamRoom;

/** Memory for what connections keep. */
final class Memory {

  /** As the heap has it. */
  static final long DEFAULT = 0;

  private static final long LEAST = 1 << 20;

  private Memory() {}

  static long checked(long bytes) {
    if (bytes < LEAST) {
      throw new IllegalArgumentException("a memory of " + bytes + " bytes");
    }
    return bytes;
  }

  static StreamRoom room(long bytes) {
    return bytes == DEFAULT ? StriperDriver.newRoom() : new StreamRoom(bytes);
  }
}
