package dev.mptunnel.observe;

import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.RoundTrips;
import dev.mptunnel.core.SessionReport;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** The last hour of one path, tunnel or server: what was counted from each sample to the next. */
final class Series {

  /** What is kept of it; what was not measured is NaN. */
  enum Column {
    UP,
    SENT_OUT,
    ARRIVED_OUT,
    SENT_IN,
    ARRIVED_IN,
    RTT_P50_MILLIS,
    RTT_P99_MILLIS,
    BYTES_OUT,
    BYTES_IN,
    PACKETS_OUT,
    PACKETS_IN,
    WINS,
    SAVES
  }

  /** Running totals. */
  private record Counts(
      long bytesOut, long bytesIn, long packetsOut, long packetsIn, long wins, long saves) {}

  private final int samples;
  private final String client;
  private final Map<Column, float[]> columns = new EnumMap<>(Column.class);
  private Counts before;
  private long lastTick = -1;

  /**
   * A series of nothing.
   *
   * @param samples how many are kept
   * @param client the client's name, or null
   */
  Series(int samples, String client) {
    this.samples = samples;
    this.client = client;
  }

  String client() {
    return client;
  }

  long lastTick() {
    return lastTick;
  }

  /**
   * A sample of a tunnel.
   *
   * @param losses what was sent since the last one, and arrived, or null
   */
  void addTunnel(long tick, double seconds, SessionReport session, Trends.Losses losses) {
    long bytesOut = 0;
    long bytesIn = 0;
    for (PathReport path : session.paths()) {
      bytesOut += path.sentBytes();
      bytesIn += path.receivedBytes();
    }
    add(
        tick,
        seconds,
        new Counts(bytesOut, bytesIn, session.datagramsIn(), session.datagramsOut(), 0, 0),
        losses);
  }

  /** A sample of a path. */
  void addPath(long tick, double seconds, PathReport path, Trends.Losses losses) {
    add(
        tick,
        seconds,
        new Counts(
            path.sentBytes(),
            path.receivedBytes(),
            path.sent(),
            path.received(),
            path.wins(),
            path.saves()),
        losses);
    put(Column.UP, tick, path.state() == PathReport.State.UP ? 1 : 0);
    RoundTrips recent = path.recent();
    if (recent.count() > 0) {
      put(Column.RTT_P50_MILLIS, tick, recent.p50Micros() / 1e3);
      put(Column.RTT_P99_MILLIS, tick, recent.p99Micros() / 1e3);
    }
  }

  void addServer(long tick, double seconds, RelayReport.ServerRow server) {
    add(
        tick,
        seconds,
        new Counts(
            server.bytesTo(), server.bytesFrom(), server.packetsTo(), server.packetsFrom(), 0, 0),
        null);
  }

  private void add(long tick, double seconds, Counts now, Trends.Losses losses) {
    forget(tick);
    boolean isNext =
        before != null
            && lastTick == tick - 1
            && seconds > 0
            && now.packetsOut >= before.packetsOut
            && now.bytesOut >= before.bytesOut // of a tunnel less, when a path was taken out
            && now.bytesIn >= before.bytesIn;
    if (isNext) {
      put(Column.BYTES_OUT, tick, (now.bytesOut - before.bytesOut) / seconds);
      put(Column.BYTES_IN, tick, (now.bytesIn - before.bytesIn) / seconds);
      put(Column.PACKETS_OUT, tick, (now.packetsOut - before.packetsOut) / seconds);
      put(Column.PACKETS_IN, tick, (now.packetsIn - before.packetsIn) / seconds);
    }
    if (isNext && losses != null) {
      put(Column.WINS, tick, (now.wins - before.wins) / seconds);
      put(Column.SAVES, tick, (now.saves - before.saves) / seconds);
      put(Column.SENT_OUT, tick, (double) losses.out().sent());
      put(Column.ARRIVED_OUT, tick, (double) losses.out().arrived());
      put(Column.SENT_IN, tick, (double) losses.in().sent());
      put(Column.ARRIVED_IN, tick, (double) losses.in().arrived());
    }
    before = now;
    lastTick = tick;
  }

  /** Empties the places of this sample and of those that were left out. */
  private void forget(long tick) {
    long from = Math.max(lastTick + 1, tick - samples + 1);
    for (float[] column : columns.values()) {
      for (long each = from; each <= tick; each++) {
        column[(int) (each % samples)] = Float.NaN;
      }
    }
  }

  private void put(Column column, long tick, double value) {
    columns.computeIfAbsent(column, _ -> empty())[(int) (tick % samples)] = (float) value;
  }

  private float[] empty() {
    float[] all = new float[samples];
    Arrays.fill(all, Float.NaN);
    return all;
  }

  boolean has(Column column) {
    return columns.containsKey(column);
  }

  /** What was at a tick that is not longer ago than all that is kept. */
  float at(Column column, long tick) {
    float[] all = columns.get(column);
    boolean isKept = all != null && tick >= 0 && tick <= lastTick && tick > lastTick - samples;
    return isKept ? all[(int) (tick % samples)] : Float.NaN;
  }

  /** The share lost at a tick, or NaN; of a path that is down, all, though nothing was sent. */
  double loss(Column sent, Column arrived, long tick) {
    float packets = at(sent, tick);
    if (packets > 0) {
      return 1 - at(arrived, tick) / packets;
    }
    return packets == 0 && at(Column.UP, tick) == 0 ? 1 : Double.NaN;
  }
}
