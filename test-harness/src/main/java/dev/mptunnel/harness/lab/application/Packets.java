package dev.mptunnel.harness.lab.application;

/** How many packets bytes take. */
final class Packets {

  /** What is left of 1,500 bytes, less all headers and TCP's options. */
  private static final int PAYLOAD_BYTES = 1_400;

  private Packets() {}

  static long of(long bytes) {
    return bytes / PAYLOAD_BYTES;
  }
}
