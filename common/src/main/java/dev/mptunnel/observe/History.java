package dev.mptunnel.observe;

import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.SessionReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongToDoubleFunction;

/**
 * The last hour, a sample every two seconds, of so many paths and tunnels: 94 kB for a path, 6 MB
 * at most; and what all sessions that are listed have lost in the last ten minutes, 5 kB for a
 * path. One thread adds; others may ask.
 */
public final class History {

  /** Between two samples. */
  public static final int PERIOD_SECONDS = 2;

  static final int SAMPLES = 3_600 / PERIOD_SECONDS;
  static final int MOST_SERIES = 64;

  private final long[] times = new long[SAMPLES];
  private final Map<Trends.Key, Series> series = new LinkedHashMap<>();
  private Map<Trends.Key, LossHistory> losses = Map.of();
  private Map<Trends.Shared, Instant> sharedSince = Map.of();

  /** As far as a clock is put right now and then: no reason to forget an hour. */
  private static final long CORRECTED_SECONDS = 60;

  private long tick = -1;
  private long lastNanos;

  /** The first that is shown: the clock was put back when it came, or it is the first of all. */
  private long firstTick;

  /**
   * Adds a sample.
   *
   * @param time which ascends, but for a clock that is put back
   * @param nanos of a clock that is not
   */
  public synchronized void add(Instant time, long nanos, Figures figures) {
    double seconds = tick < 0 ? 0 : (nanos - lastNanos) / 1e9;
    lastNanos = nanos;
    long second = time.getEpochSecond();
    if (second <= lastTime()) {
      if (lastTime() - second > CORRECTED_SECONDS) {
        firstTick = tick + 1;
      } else {
        second = lastTime() + 1; // until it is that late
      }
    }
    tick++;
    times[(int) (tick % SAMPLES)] = second;
    Map<Trends.Key, LossHistory> listed = new HashMap<>();
    Map<Trends.Shared, Instant> shared = new HashMap<>();
    for (Figures.OfSession each : figures.sessions()) {
      SessionReport session = each.session();
      long id = session.sessionId();
      String client = session.clientName();
      List<Trends.Key> keys = keys(session);
      boolean isCharted = areCharted(keys);
      Trends.Losses ofTunnel =
          losses(keys.getFirst(), listed).addTunnel(new Trends.Losses(session.out(), session.in()));
      if (isCharted) {
        series(keys.getFirst(), client).addTunnel(tick, seconds, session, ofTunnel);
      }
      for (int i = 0; i < session.paths().size(); i++) {
        PathReport path = session.paths().get(i);
        Trends.Key key = keys.get(i + 1);
        Trends.Losses ofPath = losses(key, listed).addPath(path, ofTunnel);
        if (isCharted) {
          series(key, client).addPath(tick, seconds, path, ofPath);
        }
      }
      for (SessionReport.Shared two : session.shared()) {
        var key = new Trends.Shared(id, two.one(), two.other());
        shared.put(key, sharedSince.getOrDefault(key, time));
      }
    }
    losses = listed;
    sharedSince = shared;
    if (figures.relay() != null) {
      figures.relay().servers().forEach(row -> addServer(row, "udp", seconds));
      figures.relay().tcp().servers().forEach(row -> addServer(row, "tcp", seconds));
    }
  }

  /** Only of who is listed from one sample to the next. */
  private LossHistory losses(Trends.Key key, Map<Trends.Key, LossHistory> listed) {
    LossHistory known = losses.get(key);
    LossHistory its = known == null ? new LossHistory() : known;
    listed.put(key, its);
    return its;
  }

  private void addServer(RelayReport.ServerRow server, String transport, double seconds) {
    Trends.Key key = Trends.Key.server(server.name() + " " + transport);
    if (areCharted(List.of(key))) {
      series(key, null).addServer(tick, seconds, server);
    }
  }

  /** The time of the last sample in seconds, or of none the least. */
  private long lastTime() {
    return tick < 0 ? Long.MIN_VALUE : times[(int) (tick % SAMPLES)];
  }

  /** The keys of a session's tunnel, and of its paths in their order. */
  private static List<Trends.Key> keys(SessionReport session) {
    List<Trends.Key> keys = new ArrayList<>();
    keys.add(Trends.Key.tunnel(session.sessionId()));
    for (PathReport path : session.paths()) {
      keys.add(new Trends.Key(session.sessionId(), path.id(), path.name()));
    }
    return keys;
  }

  /** Whether there is room for charts of all of these, which have all or none. */
  private boolean areCharted(List<Trends.Key> keys) {
    long more = keys.stream().filter(key -> !series.containsKey(key)).count();
    while (series.size() + more > MOST_SERIES && forgetEnded()) {
      // It may need the room of several.
    }
    if (series.size() + more > MOST_SERIES) {
      keys.forEach(series::remove);
      return false;
    }
    return true;
  }

  /** Forgets what ended longest ago, of a session all. Returns whether there was any. */
  private boolean forgetEnded() {
    Trends.Key ended = null;
    for (var each : series.entrySet()) {
      long itsLast = each.getValue().lastTick();
      if (itsLast < tick - 1 && (ended == null || itsLast < series.get(ended).lastTick())) {
        ended = each.getKey();
      }
    }
    if (ended == null) {
      return false;
    }
    long last = series.get(ended).lastTick();
    long session = ended.session();
    series
        .entrySet()
        .removeIf(each -> each.getKey().session() == session && each.getValue().lastTick() == last);
    return true;
  }

  private Series series(Trends.Key key, String client) {
    return series.computeIfAbsent(key, _ -> new Series(SAMPLES, client));
  }

  /** What it comes to. */
  public synchronized Trends trends() {
    Map<Trends.Key, Trends.Trend> byKey = new HashMap<>();
    losses.forEach((key, its) -> byKey.put(key, its.trend()));
    return new Trends(byKey, sharedSince);
  }

  /** What came after a time, in seconds since 1970, or 0 for all; see docs/status.md. */
  public synchronized String json(String program, long since) {
    long first = Math.max(firstTick, tick - SAMPLES + 1);
    if (since <= lastTime()) {
      while (first <= tick && times[(int) (first % SAMPLES)] <= since) {
        first++;
      }
    } // Who has seen a time that is yet to come is told all: the clock was put back.
    Json json = new Json().object();
    json.field("version", Snapshot.VERSION).field("program", program);
    json.field("periodSeconds", PERIOD_SECONDS);
    json.array("times");
    for (long each = first; each <= tick; each++) {
      json.value(times[(int) (each % SAMPLES)]);
    }
    json.endArray().array("series");
    for (var each : series.entrySet()) {
      write(json, each.getKey(), each.getValue(), first);
    }
    return json.endArray().endObject().toString();
  }

  private void write(Json json, Trends.Key key, Series its, long first) {
    json.object();
    json.field("session", key.session() == 0 ? null : StatusJson.id(key.session()));
    json.field("client", its.client());
    if (key.path() == Trends.Key.TUNNEL) {
      json.nothing("path");
    } else {
      json.field("path", key.path());
    }
    json.field("name", key.name());
    column(json, first, its, "up", Series.Column.UP);
    if (its.has(Series.Column.SENT_OUT)) {
      column(
          json,
          first,
          "lossOut",
          5,
          at -> its.loss(Series.Column.SENT_OUT, Series.Column.ARRIVED_OUT, at));
      column(
          json,
          first,
          "lossIn",
          5,
          at -> its.loss(Series.Column.SENT_IN, Series.Column.ARRIVED_IN, at));
    }
    column(json, first, its, "rttP50Millis", Series.Column.RTT_P50_MILLIS);
    column(json, first, its, "rttP99Millis", Series.Column.RTT_P99_MILLIS);
    column(json, first, its, "bytesOutPerSecond", Series.Column.BYTES_OUT);
    column(json, first, its, "bytesInPerSecond", Series.Column.BYTES_IN);
    column(json, first, its, "packetsOutPerSecond", Series.Column.PACKETS_OUT);
    column(json, first, its, "packetsInPerSecond", Series.Column.PACKETS_IN);
    if (key.path() != Trends.Key.TUNNEL) {
      column(json, first, its, "winsPerSecond", Series.Column.WINS);
      column(json, first, its, "savesPerSecond", Series.Column.SAVES);
    }
    json.endObject();
  }

  private void column(Json json, long first, Series its, String name, Series.Column column) {
    if (its.has(column)) {
      boolean isCoarse = column.name().contains("BYTES") || column.name().contains("PACKETS");
      column(json, first, name, isCoarse ? 0 : 2, at -> its.at(column, at));
    }
  }

  private void column(
      Json json, long first, String name, int decimals, LongToDoubleFunction values) {
    json.array(name);
    for (long each = first; each <= tick; each++) {
      json.value(values.applyAsDouble(each), decimals);
    }
    json.endArray();
  }
}
