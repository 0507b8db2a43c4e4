package dev.mptunnel.observe;

import dev.mptunnel.core.EndpointCounters;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.RepairReport;
import dev.mptunnel.core.RoundTrips;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.stream.TunnelReport;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** A snapshot as JSON; docs/status.md says what each field means. */
public final class StatusJson {

  private final Snapshot snapshot;
  private final Function<InetSocketAddress, String> addressText;
  private final Json json = new Json();

  private StatusJson(Snapshot snapshot, Function<InetSocketAddress, String> addressText) {
    this.snapshot = snapshot;
    this.addressText = addressText;
  }

  /**
   * The whole of it.
   *
   * @param addressText how an address is shown
   * @param withEvents whether with the events too
   */
  public static String of(
      Snapshot snapshot, Function<InetSocketAddress, String> addressText, boolean withEvents) {
    return new StatusJson(snapshot, addressText).write(withEvents);
  }

  /** One event alone. */
  public static String of(LogEvent event) {
    Json json = new Json();
    write(json, event);
    return json.toString();
  }

  /** A session's id as it is shown. */
  static String id(long sessionId) {
    return "%016x".formatted(sessionId);
  }

  private String write(boolean withEvents) {
    Figures figures = snapshot.figures();
    json.object();
    json.field("version", Snapshot.VERSION);
    json.field("program", snapshot.program());
    json.field("programVersion", snapshot.programVersion());
    json.field("started", snapshot.started().toString());
    json.field("time", snapshot.time().toString());
    json.field("uptimeSeconds", snapshot.uptimeSeconds());
    json.field("ready", figures.notReady() == null);
    json.field("notReady", figures.notReady());
    json.field("summary", snapshot.summary());
    json.field("engine", snapshot.engine());
    if (figures.relay() == null) {
      writeEnd(figures);
    } else {
      new RelayJson(snapshot).write(json);
    }
    writeProcess(snapshot.process());
    json.object("status");
    json.field("connections", snapshot.serving().connections());
    json.field("streams", snapshot.serving().streams());
    json.field("refusedRequests", snapshot.serving().refused());
    json.endObject();
    if (withEvents) {
      json.array("events");
      snapshot.events().forEach(event -> write(json, event));
      json.endArray();
    }
    return json.endObject().toString();
  }

  /** Of a program that is an end of tunnels. */
  private void writeEnd(Figures figures) {
    json.object("headline");
    headline("minute", Headline.minute(snapshot));
    headline("tenMinutes", Headline.tenMinutes(snapshot));
    headline("start", Headline.start(snapshot));
    json.endObject();
    json.field("sessionsTotal", figures.sessionsTotal());
    json.array("sessions");
    figures.sessions().forEach(this::session);
    json.endArray();
    if (figures.proxy() == null) {
      json.nothing("socks");
    } else {
      json.object("socks");
      json.field("opening", figures.proxy().opening());
      json.field("waiting", figures.proxy().waiting());
      json.field("associations", figures.proxy().associations());
      json.field("opened", figures.proxy().opened());
      json.field("refused", figures.proxy().refused());
      json.endObject();
    }
    counters(figures.counters(), figures.drops());
    json.array("loops");
    for (Figures.Loop loop : figures.loops()) {
      json.object().field("sessions", loop.sessions()).field("packets", loop.packets()).endObject();
    }
    json.endArray();
    json.field("handedOver", figures.handedOver());
    if (figures.destinations() != null) {
      json.object("destinations");
      json.field("asked", figures.destinations().asked());
      json.field("refused", figures.destinations().refused());
      json.endObject();
    }
  }

  private void headline(String name, Headline its) {
    json.object(name);
    json.field("lossOut", its.tunnel().out().share()).field("lossIn", its.tunnel().in().share());
    json.field("bestAloneOut", its.best().out().share());
    json.field("bestAloneIn", its.best().in().share());
    json.field("meanAloneOut", its.mean().out().share());
    json.field("meanAloneIn", its.mean().in().share());
    json.field("worstAloneOut", its.worst().out().share());
    json.field("worstAloneIn", its.worst().in().share());
    json.endObject();
  }

  private void session(Figures.OfSession each) {
    SessionReport session = each.session();
    Figures.OfSession earlier = snapshot.before(each);
    SessionReport before = earlier == null ? null : earlier.session();
    long id = session.sessionId();
    json.object();
    json.field("id", id(id));
    json.field("client", session.clientName());
    json.field("open", session.open());
    json.field("flows", session.flows());
    json.field("wholeBytes", session.roomBytes());
    json.object("datagrams");
    json.field("out", session.datagramsIn()).field("in", session.datagramsOut());
    rate("outPerSecond", session, before, SessionReport::datagramsIn);
    rate("inPerSecond", session, before, SessionReport::datagramsOut);
    json.field("fragmentedOut", session.fragmented()).field("duplicatesIn", session.duplicates());
    json.endObject();
    losses(Trends.Key.tunnel(id), new Trends.Losses(session.out(), session.in()));
    json.array("paths");
    for (PathReport path : session.paths()) {
      path(id, path, before, each.tcp().over(path.name()));
    }
    json.endArray();
    json.array("sharedBottlenecks");
    session.shared().forEach(shared -> shared(id, shared));
    json.endArray();
    repair(session.repair());
    tcp(each.tcp(), earlier == null ? TunnelReport.NONE : earlier.tcp());
    json.endObject();
  }

  private <T> void rate(String name, T now, T before, ToLongFunction<T> of) {
    json.field(
        name,
        before == null
            ? Double.NaN
            : snapshot.perSecond(of.applyAsLong(now), of.applyAsLong(before)));
  }

  private void losses(Trends.Key key, Trends.Losses start) {
    Trends.Trend trend = snapshot.trends().of(key);
    json.object("loss");
    losses("minute", trend.minute());
    losses("tenMinutes", trend.tenMinutes());
    losses("start", start);
    json.endObject();
  }

  private void losses(String name, Trends.Losses its) {
    json.object(name);
    json.field("out", its.out().share()).field("in", its.in().share());
    json.endObject();
  }

  private void path(
      long session, PathReport path, SessionReport sessionBefore, TunnelReport.Bytes tcp) {
    PathReport before = null;
    if (sessionBefore != null) {
      for (PathReport each : sessionBefore.paths()) {
        before = each.id() == path.id() ? each : before;
      }
    }
    Trends.Key key = new Trends.Key(session, path.id(), path.name());
    json.object();
    json.field("id", path.id());
    json.field("name", path.name());
    json.field("remote", path.remote() == null ? null : addressText.apply(path.remote()));
    json.field("state", path.state().name().toLowerCase(Locale.ROOT));
    if (path.mtuBytes() == 0) {
      json.nothing("mtuBytes");
    } else {
      json.field("mtuBytes", path.mtuBytes());
    }
    json.object("packets").field("out", path.sent()).field("in", path.received());
    rate("outPerSecond", path, before, PathReport::sent);
    rate("inPerSecond", path, before, PathReport::received);
    json.endObject();
    json.object("bytes").field("out", path.sentBytes()).field("in", path.receivedBytes());
    rate("outPerSecond", path, before, PathReport::sentBytes);
    rate("inPerSecond", path, before, PathReport::receivedBytes);
    json.endObject();
    json.object("spentBytes");
    json.field("out", path.sentBytes() + tcp.sent());
    json.field("in", path.receivedBytes() + tcp.received());
    json.endObject();
    losses(key, Headline.start(snapshot.trends(), session, path));
    json.object("rttMillis");
    json.field("smoothed", orNothing(path.smoothedRttNanos() / 1e6));
    percentiles(path.roundTrips());
    json.object("rttRecentMillis");
    percentiles(snapshot.trends().of(key).recent());
    json.field("wins", path.wins());
    json.field("saves", path.saves());
    json.endObject();
  }

  private static double orNothing(double measured) {
    return measured == 0 ? Double.NaN : measured;
  }

  private void percentiles(RoundTrips trips) {
    json.field("p50", orNothing(trips.p50Micros() / 1e3));
    json.field("p90", orNothing(trips.p90Micros() / 1e3));
    json.field("p99", orNothing(trips.p99Micros() / 1e3));
    json.field("max", orNothing(trips.maxMicros() / 1e3));
    json.endObject();
  }

  private void shared(long session, SessionReport.Shared two) {
    var key = new Trends.Shared(session, two.one(), two.other());
    var since = snapshot.trends().sharedSince().get(key);
    json.object();
    json.array("paths").value(two.one()).value(two.other()).endArray();
    json.array("names").value(two.oneName()).value(two.otherName()).endArray();
    json.field("by", two.sign().name().toLowerCase(Locale.ROOT));
    json.field("share", two.share());
    json.field("since", since == null ? null : since.toString());
    json.endObject();
  }

  private void repair(RepairReport repair) {
    json.object("repair");
    json.field("holes", repair.holes()).field("asked", repair.asked());
    json.field("repaired", repair.repaired()).field("needless", repair.needless());
    json.field("rebuilt", repair.rebuilt()).field("givenUp", repair.givenUp());
    json.field("withheld", repair.withheld()).field("late", repair.late());
    json.field("resent", repair.resent()).field("unanswered", repair.unanswered());
    json.field("spentBytes", repair.spentBytes()).field("sentBytes", repair.sentBytes());
    json.field("held", repair.held());
    json.object("heldMillis");
    json.field("p50", orNothing(repair.heldP50Micros() / 1e3));
    json.field("p99", orNothing(repair.heldP99Micros() / 1e3));
    json.endObject().endObject();
  }

  private void tcp(TunnelReport tcp, TunnelReport before) {
    json.array("tunnels");
    for (TunnelReport.Row row : tcp.tunnels()) {
      tunnel(row, find(row.name(), before.tunnels()));
    }
    json.endArray();
    json.object("connections");
    json.field("now", tcp.connections()).field("opened", tcp.opened());
    json.field("memoryBytes", tcp.keptBytes()).field("sentTwiceBytes", tcp.duplicatedBytes());
    json.field("tunnelsBroken", tcp.broken()).field("strangers", tcp.strangers());
    json.array("list");
    for (TunnelReport.Open open : tcp.oldest()) {
      json.object().field("id", open.id());
      json.field("to", open.target().isEmpty() ? null : open.target());
      json.field("ageSeconds", open.ageNanos() / 1e9);
      json.object("bytes").field("out", open.writtenBytes()).field("in", open.readBytes());
      json.endObject().endObject();
    }
    json.endArray().endObject();
  }

  private static TunnelReport.Row find(String name, List<TunnelReport.Row> rows) {
    return rows.stream().filter(row -> row.name().equals(name)).findFirst().orElse(null);
  }

  private void tunnel(TunnelReport.Row row, TunnelReport.Row before) {
    json.object();
    json.field("name", row.name());
    json.field("state", row.stalled() ? "stuck" : "up");
    json.object("bytes").field("out", row.sentBytes()).field("in", row.receivedBytes());
    rate("outPerSecond", row, before, TunnelReport.Row::sentBytes);
    rate("inPerSecond", row, before, TunnelReport.Row::receivedBytes);
    json.endObject();
    json.field("capacityBytesPerSecond", orNothing((double) row.bytesPerSecond()));
    json.field("responseMillis", orNothing(row.responseMicros() / 1e3));
    json.field("inFlightBytes", row.underWayBytes());
    json.field("resentBytes", row.resentBytes());
    json.field("idleSeconds", row.idleNanos() / 1e9);
    json.endObject();
  }

  private void counters(EndpointCounters counters, Figures.SocketDrops drops) {
    json.object("dropped");
    json.field("malformed", counters.malformed()).field("unknownSession", counters.strange());
    json.field("forged", counters.forged()).field("damaged", counters.damaged());
    json.field("misdirected", counters.misdirected());
    json.field("unopened", counters.openingsWithheld());
    json.field("flowsTooFast", counters.flowsWithheld());
    json.field("flowsUnnamed", counters.flowsUnnamed());
    json.field("targetsRefused", counters.flowsRefused());
    json.field("piecesWithoutRoom", counters.fragmentsWithheld());
    json.field("incomplete", counters.incomplete()).field("tooLarge", counters.oversized());
    json.field("noPath", counters.waitedTooLong()).field("congested", counters.congested());
    json.field("notSent", drops.sent()).field("sentTooLate", drops.late());
    json.field("notRead", drops.received());
    json.endObject();
    json.object("handshakes");
    json.field("answered", counters.handshakesAnswered());
    json.field("refused", counters.handshakesRefused());
    json.field("evicted", counters.handshakesEvicted());
    json.field("sessionsRefused", counters.sessionsRefused());
    json.field("cookiesSent", counters.cookiesSent()).field("hintsSent", counters.hintsSent());
    json.field("answersWithheld", counters.repliesWithheld());
    json.endObject();
  }

  private void writeProcess(ProcessFigures process) {
    json.object("process");
    json.field("heapUsedBytes", process.heapUsedBytes());
    json.field("heapMaxBytes", process.heapMaxBytes());
    json.field("cpuSeconds", known(process.cpuNanos()) / TimeUnit.SECONDS.toNanos(1));
    json.field("cpuShare", snapshot.cpuShare());
    json.field("openFiles", known(process.openFiles()));
    json.field("maxOpenFiles", known(process.maxOpenFiles()));
    json.field("threads", known(process.threads()));
    json.endObject();
  }

  private static double known(long figure) {
    return figure < 0 ? Double.NaN : figure;
  }

  private static void write(Json json, LogEvent event) {
    json.object();
    json.field("number", event.number());
    json.field("time", event.time().toString());
    json.field("level", event.level().name().toLowerCase(Locale.ROOT));
    json.field("kind", event.kind());
    json.field("session", event.session());
    if (event.path() == null) {
      json.nothing("path");
    } else {
      json.field("path", event.path());
    }
    json.field("text", event.text());
    json.endObject();
  }
}
