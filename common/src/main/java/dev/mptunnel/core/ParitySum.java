package dev.mptunnel.core;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The exclusive or of packets, each filled up with zeros to the length of the longest. */
final class ParitySum {

  private final byte[] bytes = new byte[CoreLimits.PARITY_PACKET_BYTES];
  private int lengths;
  private int longestBytes;

  /** Nothing has been added. */
  void clear() {
    Arrays.fill(bytes, 0, longestBytes, (byte) 0);
    lengths = 0;
    longestBytes = 0;
  }

  /** Adds what stands at the array's beginning, a packet of so many bytes. */
  void add(byte[] packet, int packetBytes) {
    for (int place = 0; place < packetBytes; place++) {
      bytes[place] ^= packet[place];
    }
    lengths ^= packetBytes;
    longestBytes = Math.max(longestBytes, packetBytes);
  }

  /** Adds a part of another sum, which begins so many bytes in. */
  void addPart(ByteBuffer part, int offset) {
    for (int place = 0; place < part.remaining(); place++) {
      bytes[offset + place] ^= part.get(part.position() + place);
    }
    longestBytes = Math.max(longestBytes, offset + part.remaining());
  }

  /** Adds the other sum's lengths. */
  void addLengths(int others) {
    lengths ^= others;
  }

  /** The exclusive or of the packets' lengths in bytes. */
  int lengths() {
    return lengths;
  }

  /** How long the sum is. */
  int longestBytes() {
    return longestBytes;
  }

  /** So many bytes of the sum from there on, as they are now. */
  ByteBuffer part(int offset, int partBytes) {
    return ByteBuffer.wrap(bytes, offset, partBytes);
  }
}
