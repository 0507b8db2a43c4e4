package dev.mptunnel.harness.bench;

import java.nio.ByteBuffer;

/**
 * A datagram between a {@link Generator} and a {@link Sink}. In network byte order:
 *
 * <pre>
 *  0  sequence:64, by one more with each that this end sends: where relay-3-1 looks for it
 *  8  magic:32 | kind:8 zero:24
 * 16  run:32   | index:32, from 0 in each run
 * 24  intended:64, when it was due, by the generator's clock in nanoseconds
 * 32  a report: distinct:64 duplicates:64; else filler
 * </pre>
 */
final class BenchDatagram {

  /** What becomes of it. */
  enum Kind {
    /** The sink counts it. */
    COUNTED,
    /** The sink counts it, and reports from time to time. */
    REPORTED,
    /** The sink counts it and sends it back as an {@link #ECHO}. */
    ECHOED,
    ECHO,
    /** The sink reports now. */
    QUESTION,
    REPORT;

    private static final Kind[] ALL = values();
  }

  /** The shortest there is, and a report. */
  static final int MIN_BYTES = 48;

  /** What one packet carries over Ethernet. */
  static final int MAX_BYTES = 1_472;

  private static final int MAGIC = 0x6d70_6265;
  private static final int MAGIC_AT = 8;
  private static final int KIND_AT = 12;
  private static final int KIND_SHIFT = 24;
  private static final int RUN_AT = 16;
  private static final int INDEX_AT = 20;
  private static final int INTENDED_AT = 24;
  private static final int DISTINCT_AT = 32;
  private static final int DUPLICATES_AT = 40;

  private BenchDatagram() {}

  /** Whether it is one; the others may be called only then. */
  static boolean isOne(ByteBuffer datagram) {
    return datagram.remaining() >= MIN_BYTES
        && datagram.getInt(MAGIC_AT) == MAGIC
        && datagram.get(KIND_AT) >= 0
        && datagram.get(KIND_AT) < Kind.ALL.length;
  }

  /** Writes the header over the beginning of the buffer, whose position must be 0. */
  static void write(
      ByteBuffer datagram, long sequence, Kind kind, int run, int index, long intendedNanos) {
    datagram.putLong(0, sequence);
    datagram.putInt(MAGIC_AT, MAGIC);
    datagram.putInt(KIND_AT, kind.ordinal() << KIND_SHIFT);
    datagram.putInt(RUN_AT, run);
    datagram.putInt(INDEX_AT, index);
    datagram.putLong(INTENDED_AT, intendedNanos);
  }

  /** Makes an echo of what came. */
  static void turnToEcho(ByteBuffer datagram, long sequence) {
    datagram.putLong(0, sequence);
    datagram.put(KIND_AT, (byte) Kind.ECHO.ordinal());
  }

  static void writeCounts(ByteBuffer report, long distinct, long duplicates) {
    report.putLong(DISTINCT_AT, distinct);
    report.putLong(DUPLICATES_AT, duplicates);
  }

  static Kind kind(ByteBuffer datagram) {
    return Kind.ALL[datagram.get(KIND_AT)];
  }

  static int run(ByteBuffer datagram) {
    return datagram.getInt(RUN_AT);
  }

  static int index(ByteBuffer datagram) {
    return datagram.getInt(INDEX_AT);
  }

  static long intendedNanos(ByteBuffer datagram) {
    return datagram.getLong(INTENDED_AT);
  }

  static long distinct(ByteBuffer report) {
    return report.getLong(DISTINCT_AT);
  }

  static long duplicates(ByteBuffer report) {
    return report.getLong(DUPLICATES_AT);
  }
}
