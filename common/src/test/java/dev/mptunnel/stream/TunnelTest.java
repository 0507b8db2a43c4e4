package dev.mptunnel.stream;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TunnelTest {

  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int RECORD_BYTES = 10_000;
  private static final long RECORD_NANOS = 2 * MILLI;
  private static final long ROUND_TRIP_NANOS = 100 * MILLI;

  private final Tunnel tunnel = new Tunnel(1, 0);

  /** When the records under way are answered, were each alone. */
  private final ArrayDeque<Long> answers = new ArrayDeque<>();

  private long now;
  private long got;
  private long lineFreeNanos;

  /**
   * Sends all that the tunnel takes, over a line that brings a record in two milliseconds.
   *
   * @param lossGap one of so many records is lost, and comes a round trip later
   * @return what share of what the line could bring has come in the last part of the time
   */
  private double share(int lossGap, long nanos) {
    long sent = 0;
    long gotAtHalf = 0;
    for (; now < nanos; now += MILLI / 2) {
      while (tunnel.takesChunks()) {
        Tunnel.Load record = tunnel.begin(now);
        record.add(() -> {}, () -> {});
        tunnel.send(now, record, RECORD_BYTES);
        lineFreeNanos = Math.max(lineFreeNanos, now) + RECORD_NANOS;
        boolean isLost = ++sent % lossGap == 0;
        answers.add(lineFreeNanos + (isLost ? 2 : 1) * ROUND_TRIP_NANOS);
      }
      long before = got;
      while (!answers.isEmpty() && answers.peek() <= now) {
        answers.poll(); // and what came behind a lost one comes with it
        got++;
      }
      if (got > before) {
        tunnel.onGot(now, got, _ -> {});
      }
      gotAtHalf = now < nanos / 2 ? got : gotAtHalf;
    }
    return (got - gotAtHalf) * RECORD_NANOS / (nanos / 2.0);
  }

  @Test
  void aLineWithoutLossIsKeptBusyAndNoMore() {
    assertTrue(share(Integer.MAX_VALUE, 10_000 * MILLI) > 0.97);
    double lines = tunnel.underWayBytes() * (double) RECORD_NANOS / RECORD_BYTES / ROUND_TRIP_NANOS;
    assertTrue(lines < 2.5, () -> lines + " times what the line holds waits");
  }

  @Test
  void whereLossesHoldUpAllBehindThemTheLineIsKeptBusy() {
    double share = share(20, 10_000 * MILLI);
    assertTrue(share > 0.95, () -> "only " + share + " of the line is used");
  }
}
