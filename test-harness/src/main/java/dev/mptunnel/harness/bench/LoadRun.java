package dev.mptunnel.harness.bench;

import dev.mptunnel.harness.bench.BenchDatagram.Kind;
import java.nio.ByteBuffer;
import org.HdrHistogram.Histogram;

/**
 * One load as it is sent and comes back. Knows no clock and no socket: time comes as arguments.
 *
 * <p>Sends on schedule: what is due is sent, however late, and its latency counts from when it was
 * due. So a stall of the system under test delays all that was due in it, as it would with real
 * users, who do not wait for each other.
 */
final class LoadRun {

  /** Where datagrams leave. */
  interface Way {

    /**
     * Sends one.
     *
     * @param index of the datagram, which says by which of several ways
     * @param datagram from 0 to the limit
     */
    void send(long index, ByteBuffer datagram);

    /** What was sent has to leave. */
    void flush();
  }

  /** Then what arrived has its turn. */
  private static final int BURST = 64;

  /** So long after the last arrival, what is on its way is lost. */
  static final long QUIET_NANOS = 300_000_000;

  /** The same where nothing at all has arrived: JVMs that have just started take their time. */
  static final long SILENT_NANOS = 5_000_000_000L;

  /** The same for a window that is full, which a single lost datagram must not keep for long. */
  private static final long STALL_NANOS = 50_000_000;

  private static final long ASK_NANOS = 10_000_000;
  private static final long MAX_NANOS = 60_000_000_000L;
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Load load;
  private final int run;
  private final Way way;
  private final ByteBuffer buffer;
  private final Histogram latency = new Histogram(MAX_NANOS, SIGNIFICANT_DIGITS);
  private final Histogram lag = new Histogram(MAX_NANOS, SIGNIFICANT_DIGITS);
  private final Arrivals echoes = new Arrivals();
  private final long startNanos;
  private long sequence;
  private long sent;
  private long sentAllNanos;
  private boolean sentAll;
  private long arrived;
  private long duplicates;
  private long lastArrivalNanos;

  /** Datagrams that the window waits for no more. */
  private long writtenOff;

  /**
   * A load that begins now.
   *
   * @param run more than that of any before
   * @param sequence of the first datagram
   */
  LoadRun(Load load, int run, long sequence, Way way, long nowNanos) {
    this.load = load;
    this.run = run;
    this.sequence = sequence;
    this.way = way;
    startNanos = nowNanos;
    lastArrivalNanos = nowNanos;
    buffer = ByteBuffer.allocate(load.bytes());
  }

  /**
   * Sends what is due.
   *
   * @return when to call again at the latest; {@link Long#MAX_VALUE} if it is over
   */
  long advance(long nowNanos) {
    if (sentAll) {
      return await(nowNanos);
    }
    int burst = 0;
    while (burst < BURST && hasMore(nowNanos) && isDue(nowNanos)) {
      send(nowNanos);
      burst++;
    }
    if (burst > 0) {
      way.flush();
    }
    if (!hasMore(nowNanos)) {
      sentAll = true;
      sentAllNanos = nowNanos;
      return nowNanos;
    }
    if (load.isSaturating()) {
      return isDue(nowNanos) ? nowNanos : unblock(nowNanos);
    }
    return startNanos + load.dueNanos(sent);
  }

  private boolean hasMore(long nowNanos) {
    return sent < load.count() && (!load.isSaturating() || nowNanos - startNanos < load.nanos());
  }

  private boolean isDue(long nowNanos) {
    if (load.isSaturating()) {
      return sent - arrived - writtenOff < Load.WINDOW;
    }
    return nowNanos - (startNanos + load.dueNanos(sent)) >= 0;
  }

  private void send(long nowNanos) {
    long intended = load.isSaturating() ? nowNanos : startNanos + load.dueNanos(sent);
    BenchDatagram.write(buffer, sequence++, load.kind(), run, (int) sent, intended);
    way.send(sent, buffer);
    lag.recordValue(Math.clamp(nowNanos - intended, 0, MAX_NANOS));
    sent++;
  }

  /** A window that is full: what stands still for long is lost, or its report is. */
  private long unblock(long nowNanos) {
    if (nowNanos - lastArrivalNanos >= STALL_NANOS) {
      ask();
      writtenOff = sent - arrived;
      lastArrivalNanos = nowNanos;
      return nowNanos;
    }
    return lastArrivalNanos + STALL_NANOS;
  }

  /** All is sent: waits for the rest, and asks for it where the sink counts. */
  private long await(long nowNanos) {
    long sinceNanos = nowNanos - Math.max(lastArrivalNanos, sentAllNanos);
    if (arrived >= sent || sinceNanos >= (arrived == 0 ? SILENT_NANOS : QUIET_NANOS)) {
      return Long.MAX_VALUE;
    }
    if (load.kind() != Kind.ECHOED) {
      ask();
    }
    return nowNanos + ASK_NANOS;
  }

  private void ask() {
    ByteBuffer question = ByteBuffer.allocate(BenchDatagram.MIN_BYTES);
    BenchDatagram.write(question, sequence++, Kind.QUESTION, run, 0, 0);
    way.send(0, question);
    way.flush();
  }

  /** Takes what came back. */
  void onDatagram(ByteBuffer datagram, long nowNanos) {
    if (!BenchDatagram.isOne(datagram) || BenchDatagram.run(datagram) != run) {
      return;
    }
    switch (BenchDatagram.kind(datagram)) {
      case ECHO -> onEcho(datagram, nowNanos);
      case REPORT -> onReport(datagram, nowNanos);
      default -> {} // not from a sink
    }
  }

  private void onEcho(ByteBuffer echo, long nowNanos) {
    if (echoes.take(BenchDatagram.index(echo))) {
      long nanos = nowNanos - BenchDatagram.intendedNanos(echo);
      latency.recordValue(Math.clamp(nanos, 0, MAX_NANOS));
      lastArrivalNanos = nowNanos;
    }
    arrived = echoes.distinct();
    duplicates = echoes.duplicates();
  }

  private void onReport(ByteBuffer report, long nowNanos) {
    long distinct = BenchDatagram.distinct(report);
    if (distinct > arrived) {
      arrived = distinct;
      writtenOff = Math.min(writtenOff, sent - arrived); // some of it came late
      lastArrivalNanos = nowNanos;
    }
    duplicates = Math.max(duplicates, BenchDatagram.duplicates(report));
  }

  /** The sequence number that comes next. */
  long nextSequence() {
    return sequence;
  }

  Outcome outcome() {
    long sendingNanos = Math.max(1, sentAllNanos - startNanos);
    return new Outcome(sent, arrived, duplicates, sendingNanos, latency, lag);
  }
}
