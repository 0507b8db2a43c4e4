package dev.mptunnel.harness.bench;

import java.nio.ByteBuffer;

/**
 * A datagram between a {@link Generator} and a {@link Sink}, from the buffer's position on. In
 * network byte order:
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
        && datagram.getInt(datagram.position() + MAGIC_AT) == MAGIC
        && datagram.get(datagram.position() + KIND_AT) >= 0
        && datagram.get(datagram.position() + KIND_AT) < Kind.ALL.length;
  }

  /** Writes the header from the buffer's position on. */
  static void write(
      ByteBuffer datagram, long sequence, Kind kind, int run, int index, long intendedNanos) {
    datagram.putLong(datagram.position(), sequence);
    datagram.putInt(datagram.position() + MAGIC_AT, MAGIC);
    datagram.putInt(datagram.position() + KIND_AT, kind.ordinal() << KIND_SHIFT);
    datagram.putInt(datagram.position() + RUN_AT, run);
    datagram.putInt(datagram.position() + INDEX_AT, index);
    datagram.putLong(datagram.position() + INTENDED_AT, intendedNanos);
  }

  /** Makes an echo of what came. */
  static void turnToEcho(ByteBuffer datagram, long sequence) {
    datagram.putLong(datagram.position(), sequence);
    datagram.put(datagram.position() + KIND_AT, (byte) Kind.ECHO.ordinal());
  }

  static void writeCounts(ByteBuffer report, long distinct, long duplicates) {
    report.putLong(report.position() + DISTINCT_AT, distinct);
    report.putLong(report.position() + DUPLICATES_AT, duplicates);
  }

  static Kind kind(ByteBuffer datagram) {
    return Kind.ALL[datagram.get(datagram.position() + KIND_AT)];
  }

  static int run(ByteBuffer datagram) {
    return datagram.getInt(datagram.position() + RUN_AT);
  }

  static int index(ByteBuffer datagram) {
    return datagram.getInt(datagram.position() + INDEX_AT);
  }

  static long intendedNanos(ByteBuffer datagram) {
    return datagram.getLong(datagram.position() + INTENDED_AT);
  }

  static long distinct(ByteBuffer report) {
    return report.getLong(report.position() + DISTINCT_AT);
  }

  static long duplicates(ByteBuffer report) {
    return report.getLong(report.position() + DUPLICATES_AT);
  }
}
