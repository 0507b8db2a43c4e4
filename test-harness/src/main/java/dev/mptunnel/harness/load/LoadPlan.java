package dev.mptunnel.harness.load;

import dev.mptunnel.harness.Seed;

/**
 * A paced stream.
 *
 * @param perSecond datagrams a second
 * @param count how many in all
 * @param minBytes the shortest datagram, at least {@link LoadDatagram#MIN_BYTES}
 * @param maxBytes the longest; each one's length follows from its stream and sequence number
 */
public record LoadPlan(int perSecond, int count, int minBytes, int maxBytes) {

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  public LoadPlan {
    if (perSecond <= 0
        || count < 0
        || minBytes < LoadDatagram.MIN_BYTES
        || maxBytes < minBytes
        || maxBytes > LoadDatagram.MAX_BYTES) {
      throw new IllegalArgumentException(
          "no such load: " + perSecond + "/s, " + count + " of " + minBytes + ".." + maxBytes);
    }
  }

  /** Datagrams of one length. */
  public LoadPlan(int perSecond, int count, int bytes) {
    this(perSecond, count, bytes, bytes);
  }

  int lengthBytes(int stream, int sequence) {
    long random = Seed.mix(((long) sequence << Integer.SIZE) + stream + 1);
    return minBytes + (int) Long.remainderUnsigned(random, maxBytes - minBytes + 1);
  }

  /** When a datagram is due, after the first. */
  long dueNanos(int sequence) {
    return sequence * NANOS_PER_SECOND / perSecond;
  }
}
