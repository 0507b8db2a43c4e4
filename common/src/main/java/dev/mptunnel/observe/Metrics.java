package dev.mptunnel.observe;

import dev.mptunnel.core.EndpointCounters;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.RepairReport;
import dev.mptunnel.core.RoundTrips;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.stream.TunnelReport;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A snapshot for Prometheus. Loss is one minus the rate of what arrived over that of what was sent.
 */
public final class Metrics implements MultiCollector {

  /** What the text is. */
  public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  private final Snapshot snapshot;
  private final Map<String, CounterSnapshot.Builder> counters = new LinkedHashMap<>();
  private final Map<String, GaugeSnapshot.Builder> gauges = new LinkedHashMap<>();
  private final HistogramSnapshot.Builder roundTrips =
      HistogramSnapshot.builder().name("mptunnel_path_rtt_seconds").help("Round trips of a path");

  private final SummarySnapshot.Builder held =
      SummarySnapshot.builder()
          .name("mptunnel_repair_held_seconds")
          .help("How long datagrams waited for others");

  private Metrics(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  /** A snapshot in Prometheus's text format. */
  public static String text(Snapshot snapshot) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(out, new Metrics(snapshot).collect());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // into memory
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @Override
  public MetricSnapshots collect() {
    Figures figures = snapshot.figures();
    gauge("mptunnel_ready", "Whether it can carry something", figures.notReady() == null ? 1 : 0);
    process();
    if (figures.relay() == null) {
      gauge("mptunnel_sessions", "Sessions that there are", figures.sessionsTotal());
      figures.sessions().forEach(this::session);
      dropped(figures.counters(), figures.drops());
      handshakes(figures.counters());
      loops(figures);
    } else {
      relay(figures.relay());
    }
    if (figures.proxy() != null) {
      gauge(
          "mptunnel_proxy_openings",
          "Applications that have not said what they want yet",
          figures.proxy().opening());
      gauge(
          "mptunnel_proxy_waiting",
          "Applications that wait for the server",
          figures.proxy().waiting());
      counter("mptunnel_proxy_opened", "What was asked for at the proxy", figures.proxy().opened());
      counter("mptunnel_proxy_refused", "What of that was refused", figures.proxy().refused());
      gauge(
          "mptunnel_proxy_associations",
          "Sockets for UDP of the proxy",
          figures.proxy().associations());
    }
    gauge(
        "mptunnel_status_connections",
        "Connections of those who look",
        snapshot.serving().connections());
    counter(
        "mptunnel_reloads",
        "Changes of the configuration",
        snapshot.reloads().done(),
        "result",
        "done");
    counter(
        "mptunnel_reloads",
        "Changes of the configuration",
        snapshot.reloads().refused(),
        "result",
        "refused");
    counter("mptunnel_status_refused", "Refused of those who look", snapshot.serving().refused());
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    all.metricSnapshot(
        InfoSnapshot.builder()
            .name("mptunnel_build")
            .help("Which program this is")
            .dataPoint(
                InfoSnapshot.InfoDataPointSnapshot.builder()
                    .labels(
                        Labels.of(
                            "program", snapshot.program(), "version", snapshot.programVersion()))
                    .build())
            .build());
    counters.values().forEach(each -> all.metricSnapshot(each.build()));
    gauges.values().forEach(each -> all.metricSnapshot(each.build()));
    if (!figures.sessions().isEmpty()) {
      all.metricSnapshot(held.build());
    }
    all.metricSnapshot(roundTrips.build());
    return all.build();
  }

  private void counter(String name, String help, double value, String... labels) {
    counters
        .computeIfAbsent(name, _ -> CounterSnapshot.builder().name(name).help(help))
        .dataPoint(
            CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(Labels.of(labels))
                .value(value)
                .build());
  }

  private void counter(String name, String help, long value, String... labels) {
    counter(name, help, (double) value, labels);
  }

  private void gauge(String name, String help, long value, String... labels) {
    gauge(name, help, (double) value, labels);
  }

  private void gauge(String name, String help, double value, String... labels) {
    gauges
        .computeIfAbsent(name, _ -> GaugeSnapshot.builder().name(name).help(help))
        .dataPoint(
            GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(Labels.of(labels))
                .value(value)
                .build());
  }

  private void process() {
    ProcessFigures process = snapshot.process();
    gauge(
        "process_start_time_seconds",
        "Start time of the process since unix epoch in seconds",
        snapshot.started().toEpochMilli() / 1e3);
    if (process.cpuNanos() >= 0) {
      counter(
          "process_cpu_seconds",
          "Total user and system CPU time spent in seconds",
          process.cpuNanos() / 1e9);
    }
    if (process.openFiles() >= 0) {
      gauge("process_open_fds", "Number of open file descriptors", process.openFiles());
      gauge("process_max_fds", "Maximum number of open file descriptors", process.maxOpenFiles());
    }
    gauge("jvm_memory_used_bytes", "Used bytes of memory", process.heapUsedBytes(), "area", "heap");
    gauge("jvm_memory_max_bytes", "Most bytes of memory", process.heapMaxBytes(), "area", "heap");
  }

  private void session(Figures.OfSession each) {
    SessionReport session = each.session();
    String id = StatusJson.id(session.sessionId());
    String client = session.clientName() == null ? "" : session.clientName();
    String[] its = {"session", id, "client", client};
    gauge(
        "mptunnel_session_open",
        "Whether both ends are in the session",
        session.open() ? 1 : 0,
        its);
    gauge("mptunnel_session_flows", "Flows open now", session.flows(), its);
    both(
        "mptunnel_session_datagrams",
        "Datagrams taken (out) and delivered (in)",
        session.datagramsIn(),
        session.datagramsOut(),
        its);
    both(
        "mptunnel_session_sent_packets",
        "Packets that were sent, as far as it is known what arrived",
        session.out().sent(),
        session.in().sent(),
        its);
    both(
        "mptunnel_session_arrived_packets",
        "Those of them that arrived on any path, or after repair",
        session.out().arrived(),
        session.in().arrived(),
        its);
    counter(
        "mptunnel_session_fragmented_datagrams",
        "Datagrams taken that went in pieces",
        session.fragmented(),
        its);
    counter(
        "mptunnel_session_duplicate_packets",
        "Copies that came after the first one",
        session.duplicates(),
        its);
    repair(session.repair(), its);
    session.paths().forEach(path -> path(session.sessionId(), path, its));
    for (SessionReport.Shared shared : session.shared()) {
      gauge(
          "mptunnel_shared_bottleneck",
          "How much two paths that share a bottleneck have in common, 0 to 1",
          shared.share(),
          with(
              its,
              "path",
              shared.oneName(),
              "other",
              shared.otherName(),
              "by",
              shared.sign().name().toLowerCase(Locale.ROOT)));
    }
    tcp(each.tcp(), its);
  }

  private void both(String name, String help, long out, long in, String... labels) {
    counter(name, help, out, with(labels, "direction", "out"));
    counter(name, help, in, with(labels, "direction", "in"));
  }

  private static String[] with(String[] labels, String... more) {
    String[] all = Arrays.copyOf(labels, labels.length + more.length);
    System.arraycopy(more, 0, all, labels.length, more.length);
    return all;
  }

  private void repair(RepairReport repair, String... its) {
    counter("mptunnel_repair_holes", "Packets that all paths lost", repair.holes(), its);
    counter("mptunnel_repair_asked", "Times that one of them was asked for", repair.asked(), its);
    counter(
        "mptunnel_repair_repaired",
        "Those that came because they were asked for",
        repair.repaired(),
        its);
    counter(
        "mptunnel_repair_needless",
        "Those that were asked for and came by themselves",
        repair.needless(),
        its);
    counter(
        "mptunnel_repair_rebuilt",
        "Those that were made of others and a parity",
        repair.rebuilt(),
        its);
    counter(
        "mptunnel_repair_given_up",
        "Those that did not come, or not in time",
        repair.givenUp(),
        its);
    counter(
        "mptunnel_repair_withheld",
        "Those of them that were not asked for, for want of room or budget",
        repair.withheld(),
        its);
    counter(
        "mptunnel_repair_late_datagrams",
        "Datagrams that came after what was sent behind them had been delivered",
        repair.late(),
        its);
    counter("mptunnel_repair_resent", "Packets of ours that were sent again", repair.resent(), its);
    counter(
        "mptunnel_repair_unanswered",
        "Packets of ours that were asked for and not sent again",
        repair.unanswered(),
        its);
    counter(
        "mptunnel_repair_spent_bytes",
        "Bytes spent on repair, over all paths",
        repair.spentBytes(),
        its);
    held.dataPoint(
        SummarySnapshot.SummaryDataPointSnapshot.builder()
            .labels(Labels.of(its))
            .count(repair.held())
            .quantiles(
                Quantiles.builder()
                    .quantile(0.5, repair.heldP50Micros() / 1e6)
                    .quantile(0.99, repair.heldP99Micros() / 1e6)
                    .build())
            .build());
  }

  private void path(long id, PathReport path, String... session) {
    String[] its = with(session, "path", path.name());
    Trends.Losses missed =
        snapshot.trends().of(new Trends.Key(id, path.id(), path.name())).missed();
    gauge(
        "mptunnel_path_up",
        "Whether the path carries data",
        path.state() == PathReport.State.UP ? 1 : 0,
        its);
    gauge(
        "mptunnel_path_mtu_bytes",
        "The longest IP packet that it carries, 0 if not known",
        path.mtuBytes(),
        its);
    both("mptunnel_path_packets", "Packets on the path", path.sent(), path.received(), its);
    both(
        "mptunnel_path_bytes",
        "Bytes of UDP payload on the path",
        path.sentBytes(),
        path.receivedBytes(),
        its);
    both(
        "mptunnel_path_sent_packets",
        "Packets that were sent, as far as it is known what arrived",
        path.out().sent(),
        path.in().sent(),
        its);
    both(
        "mptunnel_path_arrived_packets",
        "Those of them that arrived",
        path.out().arrived(),
        path.in().arrived(),
        its);
    both(
        "mptunnel_path_missed_packets",
        "Packets of the tunnel while the path was not up, which it would have lost alone",
        missed.out().sent(),
        missed.in().sent(),
        its);
    counter("mptunnel_path_wins", "Packets that came first on the path", path.wins(), its);
    gauge("mptunnel_path_saves", "Packets that came on it alone", path.saves(), its);
    roundTrips(path.roundTrips(), its);
  }

  private void roundTrips(RoundTrips trips, String... its) {
    List<Long> bounds = RoundTrips.BOUNDS_MICROS;
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    long before = 0;
    for (int i = 0; i < bounds.size(); i++) {
      buckets.bucket(bounds.get(i) / 1e6, trips.upTo().get(i) - before);
      before = trips.upTo().get(i);
    }
    buckets.bucket(Double.POSITIVE_INFINITY, trips.count() - before);
    roundTrips.dataPoint(
        HistogramSnapshot.HistogramDataPointSnapshot.builder()
            .labels(Labels.of(its))
            .classicHistogramBuckets(buckets.build())
            .sum(trips.sumMicros() / 1e6)
            .build());
  }

  private void tcp(TunnelReport tcp, String... session) {
    if (tcp.isEmpty()) {
      return;
    }
    gauge("mptunnel_tcp_connections", "Connections that there are", tcp.connections(), session);
    counter(
        "mptunnel_tcp_connections_opened", "Connections that there were", tcp.opened(), session);
    gauge("mptunnel_tcp_memory_bytes", "Bytes of connections in memory", tcp.keptBytes(), session);
    counter(
        "mptunnel_tcp_sent_twice_bytes",
        "Bytes sent a second time, to be in time",
        tcp.duplicatedBytes(),
        session);
    counter(
        "mptunnel_tcp_broken_tunnels",
        "Tunnels that were ended since what came on them was not what it should be",
        tcp.broken(),
        session);
    counter(
        "mptunnel_tcp_strangers",
        "TCP connections that never came into the session",
        tcp.strangers(),
        session);
    Set<String> names = new HashSet<>();
    for (TunnelReport.Row row : tcp.tunnels()) {
      if (!names.add(row.name())) {
        continue; // of a tunnel that ends, and the next one in its place
      }
      String[] its = with(session, "tunnel", row.name());
      gauge("mptunnel_tcp_tunnel_up", "Whether the tunnel answers", row.stalled() ? 0 : 1, its);
      both(
          "mptunnel_tcp_tunnel_bytes",
          "Bytes on the tunnel",
          row.sentBytes(),
          row.receivedBytes(),
          its);
      counter(
          "mptunnel_tcp_tunnel_resent_bytes", "Bytes sent again on others", row.resentBytes(), its);
      gauge(
          "mptunnel_tcp_tunnel_in_flight_bytes",
          "Sent, and not known to have arrived",
          row.underWayBytes(),
          its);
      counter(
          "mptunnel_tcp_tunnel_idle_seconds",
          "Time in which it had nothing to do while others had",
          row.idleNanos() / (double) TimeUnit.SECONDS.toNanos(1),
          its);
    }
  }

  private void dropped(EndpointCounters counts, Figures.SocketDrops drops) {
    dropped("malformed", counts.malformed());
    dropped("unknown_session", counts.strange());
    dropped("forged", counts.forged());
    dropped("damaged", counts.damaged());
    dropped("misdirected", counts.misdirected());
    dropped("unopened", counts.openingsWithheld());
    dropped("flows_too_fast", counts.flowsWithheld());
    dropped("flows_unnamed", counts.flowsUnnamed());
    dropped("targets_refused", counts.flowsRefused());
    dropped("pieces_without_room", counts.fragmentsWithheld());
    dropped("incomplete", counts.incomplete());
    dropped("too_large", counts.oversized());
    dropped("no_path", counts.waitedTooLong());
    dropped("congested", counts.congested());
    dropped("not_sent", drops.sent());
    dropped("sent_too_late", drops.late());
    dropped("not_read", drops.received());
  }

  private void dropped(String reason, long count) {
    counter(
        "mptunnel_dropped_packets",
        "Packets and datagrams that were dropped",
        count,
        "reason",
        reason);
  }

  private void handshakes(EndpointCounters counts) {
    String name = "mptunnel_handshakes";
    String help = "Handshakes of strangers, by what became of them";
    counter(name, help, counts.handshakesAnswered(), "result", "answered");
    counter(name, help, counts.handshakesRefused(), "result", "refused");
    counter(name, help, counts.handshakesEvicted(), "result", "evicted");
    counter(name, help, counts.cookiesSent(), "result", "cookie");
    counter(
        "mptunnel_sessions_refused",
        "Sessions that there was no room for",
        counts.sessionsRefused());
    counter(
        "mptunnel_hints_sent",
        "Packets of unknown sessions that a hint was the answer to",
        counts.hintsSent());
    counter(
        "mptunnel_answers_withheld",
        "Answers to strangers that would have been too many",
        counts.repliesWithheld());
  }

  /** Of a server. */
  private void loops(Figures figures) {
    for (int i = 0; i < figures.loops().size(); i++) {
      Figures.Loop loop = figures.loops().get(i);
      String[] its = {"loop", Integer.toString(i + 1)};
      gauge("mptunnel_loop_sessions", "Sessions on a loop", loop.sessions(), its);
      counter("mptunnel_loop_packets", "Packets that came for a loop", loop.packets(), its);
    }
    if (figures.destinations() != null) {
      counter(
          "mptunnel_handed_over_packets",
          "Packets that came to another loop than their session's",
          figures.handedOver());
      counter(
          "mptunnel_destinations_asked",
          "Destinations that clients asked for by TCP",
          figures.destinations().asked());
      counter(
          "mptunnel_destinations_refused",
          "Destinations refused, of names or addresses",
          figures.destinations().refused());
    }
  }

  private void relay(RelayReport relay) {
    relay.servers().forEach(row -> server(row, "udp"));
    relay.tcp().servers().forEach(row -> server(row, "tcp"));
    gauge("mptunnel_bridge_clients", "Clients", relay.proven(), "state", "proven");
    gauge("mptunnel_bridge_clients", "Clients", relay.unproven(), "state", "unproven");
    String evicted = "Clients that made room for others";
    counter("mptunnel_bridge_evicted_clients", evicted, relay.evictedProven(), "state", "proven");
    counter(
        "mptunnel_bridge_evicted_clients", evicted, relay.evictedUnproven(), "state", "unproven");
    String expired = "Clients that were silent, or that no server answered";
    counter("mptunnel_bridge_expired_clients", expired, relay.expiredProven(), "state", "proven");
    counter(
        "mptunnel_bridge_expired_clients", expired, relay.expiredUnproven(), "state", "unproven");
    gauge(
        "mptunnel_bridge_connections", "TCP connections", relay.tcp().proven(), "state", "proven");
    counter(
        "mptunnel_bridge_turned_away_connections",
        "Strangers that waited too long, or made room for others",
        relay.tcp().turnedAway());
    counter(
        "mptunnel_bridge_refused_connections",
        "Connections that there was no room for",
        relay.tcp().refusedFull());
    gauge(
        "mptunnel_bridge_connections",
        "TCP connections",
        relay.tcp().strangers(),
        "state",
        "unproven");
    dropped("not_sent", relay.sendDrops());
    dropped("no_address", relay.unresolvedDrops());
    dropped("no_socket", relay.socketDrops());
    dropped("over_rate", relay.overRate());
    dropped("not_read", relay.receiveDrops());
  }

  private void server(RelayReport.ServerRow row, String transport) {
    String[] its = {"server", row.name(), "transport", transport};
    both(
        "mptunnel_bridge_packets",
        "Packets to (out) and from (in) a server",
        row.packetsTo(),
        row.packetsFrom(),
        its);
    both(
        "mptunnel_bridge_bytes",
        "Bytes to (out) and from (in) a server",
        row.bytesTo(),
        row.bytesFrom(),
        its);
    counter("mptunnel_bridge_refusals", "Times that a server refused", row.refusals(), its);
  }
}
