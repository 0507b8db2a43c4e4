package dev.mptunnel.harness.load;

import dev.mptunnel.harness.emulator.Direction;
import java.util.BitSet;
import org.HdrHistogram.Histogram;

/**
 * What one end received of one direction of one stream, and whether each was as it was sent. May be
 * used from any thread.
 */
public final class Reception {

  private static final long MAX_DELAY_NANOS = 3_600_000_000_000L;
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Direction direction;
  private final int stream;
  private final BitSet arrived = new BitSet();
  private final Histogram delayNanos = new Histogram(MAX_DELAY_NANOS, SIGNIFICANT_DIGITS);
  private int highest = -1;
  private long distinct;
  private long duplicates;
  private long damaged;
  private long misdelivered;
  private long reordered;

  /**
   * @param direction the one that datagrams must have, as their sender marked them
   * @param stream the one that datagrams must be of
   */
  Reception(Direction direction, int stream) {
    this.direction = direction;
    this.stream = stream;
  }

  /**
   * The counters at one moment.
   *
   * @param distinct different sequence numbers that arrived intact
   * @param duplicates arrivals of one that had arrived
   * @param damaged arrivals that are not what anyone sent
   * @param misdelivered intact ones of another stream or direction
   * @param reordered first arrivals after one with a higher number
   */
  public record Counts(
      long distinct, long duplicates, long damaged, long misdelivered, long reordered) {

    /** Whether nothing came twice, damaged, or to the wrong place. */
    public boolean clean() {
      return duplicates == 0 && damaged == 0 && misdelivered == 0;
    }
  }

  /** Notes an arrival, of null if it was no intact load datagram. */
  synchronized void take(LoadDatagram datagram, long nowNanos) {
    if (datagram == null) {
      damaged++;
    } else if (datagram.direction() != direction || datagram.stream() != stream) {
      misdelivered++;
    } else if (arrived.get(datagram.sequence())) {
      duplicates++;
    } else {
      arrived.set(datagram.sequence());
      distinct++;
      reordered += datagram.sequence() < highest ? 1 : 0;
      highest = Math.max(highest, datagram.sequence());
      long delay = nowNanos - datagram.sentNanos();
      delayNanos.recordValue(Math.clamp(delay, 0, MAX_DELAY_NANOS));
    }
  }

  public synchronized Counts counts() {
    return new Counts(distinct, duplicates, damaged, misdelivered, reordered);
  }

  /** Different datagrams that arrived intact so far. */
  public synchronized long distinct() {
    return distinct;
  }

  /** Whether this one has arrived intact. */
  public synchronized boolean has(int sequence) {
    return arrived.get(sequence);
  }

  /** The sequence numbers that arrived; a copy. */
  public synchronized BitSet arrived() {
    return (BitSet) arrived.clone();
  }

  /**
   * Which have not arrived.
   *
   * @param from the first sequence number that is asked for
   * @param until the first that is not
   * @return bit 0 is of {@code from}
   */
  public synchronized BitSet missing(int from, int until) {
    BitSet missing = arrived.get(from, until);
    missing.flip(0, until - from);
    return missing;
  }

  /** From sending to arrival, in nanoseconds; for echoes, there and back. A copy. */
  public synchronized Histogram delayNanos() {
    return delayNanos.copy();
  }
}
