package dev.mptunnel.harness.tunnel;

import dev.mptunnel.wire.Header;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Datagrams that a stranger may send: noise, and what was overheard, altered or as it was. */
final class HostileDatagrams {

  private static final int KINDS = 20;
  private static final int MAX_BYTES = 1_500;
  private static final int MAX_FLIPS = 8;
  private static final int MAX_EXTENSION_BYTES = 16;

  private final RandomGenerator random;
  private final List<byte[]> overheard;

  /**
   * @param overheard intact packets that have arrived where they were going
   */
  HostileDatagrams(RandomGenerator random, List<byte[]> overheard) {
    this.random = random;
    this.overheard = List.copyOf(overheard);
  }

  byte[] next() {
    return switch (random.nextInt(KINDS)) {
      case 0 -> new byte[0];
      case 1, 2, 3 -> noise(random.nextInt(1, MAX_BYTES));
      case 4 -> noise(random.nextInt(1, 2 * Header.LENGTH));
      case 5, 6 -> noiseUnderAGoodHeader();
      case 7, 8, 9, 10 -> flipped(any());
      case 11, 12 -> cut(any());
      case 13 -> extended(any());
      case 14, 15 -> spliced(any(), any());
      default -> any();
    };
  }

  private byte[] any() {
    return overheard.get(random.nextInt(overheard.size())).clone();
  }

  private byte[] noise(int bytes) {
    byte[] noise = new byte[bytes];
    random.nextBytes(noise);
    return noise;
  }

  private byte[] noiseUnderAGoodHeader() {
    return spliced(any(), noise(random.nextInt(Header.LENGTH, MAX_BYTES)));
  }

  private byte[] flipped(byte[] packet) {
    // Each bit no more than once, or two flips could cancel and leave a good packet.
    int first = random.nextInt(packet.length * Byte.SIZE);
    for (int i = random.nextInt(MAX_FLIPS); i >= 0; i--) {
      int bit = (first + i * 13) % (packet.length * Byte.SIZE);
      packet[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    }
    return packet;
  }

  private byte[] cut(byte[] packet) {
    return Arrays.copyOf(packet, random.nextInt(packet.length));
  }

  private byte[] extended(byte[] packet) {
    int more = 1 + random.nextInt(MAX_EXTENSION_BYTES);
    return Arrays.copyOf(packet, packet.length + more);
  }

  /** The header of one and the rest of another. */
  private static byte[] spliced(byte[] header, byte[] rest) {
    byte[] packet = rest.clone();
    System.arraycopy(header, 0, packet, 0, Math.min(Header.LENGTH, packet.length));
    return packet;
  }
}
