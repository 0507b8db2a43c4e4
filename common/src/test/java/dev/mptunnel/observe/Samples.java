package dev.mptunnel.observe;

import dev.mptunnel.core.EndpointCounters;
import dev.mptunnel.core.LossTotals;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.RepairReport;
import dev.mptunnel.core.RoundTrips;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.stream.TunnelReport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Figures as they might be. */
final class Samples {

  static final long SESSION = 0x0123_4567_89ab_cdefL;
  static final Instant TIME = Instant.parse("2026-11-27T17:00:00Z");

  private Samples() {}

  /** A path that so many packets were sent on, of which so many arrived. */
  static PathReport path(int id, long sent, long arrived) {
    return path(id, PathReport.State.UP, sent, arrived);
  }

  /** One in this state. */
  static PathReport path(int id, PathReport.State state, long sent, long arrived) {
    RoundTrips trips =
        new RoundTrips(
            8,
            8 * 43_000,
            43_000,
            47_000,
            51_000,
            60_000,
            RoundTrips.BOUNDS_MICROS.stream().map(bound -> bound < 50_000 ? 0L : 8L).toList());
    return new PathReport(
        id,
        "vps" + id + ".example.org:4000",
        new InetSocketAddress(InetAddress.ofLiteral("198.51.100.7"), 4000),
        state,
        state == PathReport.State.UP,
        1492,
        false,
        sent,
        arrived,
        sent * 1_400,
        arrived * 1_400,
        new LossTotals(sent, arrived),
        new LossTotals(sent, arrived),
        43_400_000,
        trips,
        trips,
        arrived / 2,
        3);
  }

  static Figures.OfSession session(long id, LossTotals tunnel, PathReport... paths) {
    SessionReport session =
        new SessionReport(
            id,
            "alice",
            true,
            2,
            1422,
            12,
            tunnel.sent(),
            tunnel.arrived(),
            7,
            tunnel,
            tunnel,
            List.of(paths),
            new RepairReport(31, 32, 31, 0, 0, 0, 0, 0, 27, 0, 53_000, 1_000_000, 8, 21, 44),
            List.of(
                new SessionReport.Shared(0, 1, "vps0", "vps1", SessionReport.Sign.DELAY, 0.91)));
    return new Figures.OfSession(session, tcp());
  }

  private static TunnelReport tcp() {
    return new TunnelReport(
        List.of(new TunnelReport.Row("vps0/1", false, 44_000, 6_100_000, 9, 100, 50, 0, 12)),
        2,
        17,
        524_288,
        0,
        0,
        0,
        List.of(new TunnelReport.Open(33, "example.org:443", 12_000_000_000L, 5_120, 1_048_576)),
        Map.of(
            "vps1.example.org:4000/1",
            new TunnelReport.Bytes(3, 5),
            "vps1.example.org:4000/2",
            new TunnelReport.Bytes(7, 11),
            "vps1.example.org:40001",
            new TunnelReport.Bytes(100, 100)));
  }

  /** A server's. */
  static Figures server(int total, List<Figures.OfSession> sessions) {
    return new Figures(
        null,
        total,
        sessions,
        EndpointCounters.sum(List.of()),
        new Figures.SocketDrops(1, 2, 3),
        List.of(new Figures.Loop(3, 40), new Figures.Loop(2, 50)),
        17,
        new Figures.Destinations(40, 1),
        null,
        null);
  }

  static Figures client(Figures.OfSession session) {
    return Figures.ofClient(
        session,
        EndpointCounters.sum(List.of()),
        new Figures.SocketDrops(1, 2, 3),
        new Figures.Proxy(0, 1, 2, 40, 1));
  }

  static Figures relay() {
    return Figures.ofRelay(
        new RelayReport(
            List.of(new RelayReport.ServerRow("1.2.3.4:2000", 10, 14_000, 9, 12_600, 1)),
            12,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            10,
            new RelayReport.Connections(
                List.of(new RelayReport.ServerRow("1.2.3.4:2000", 1, 2, 3, 4, 0)), 24, 1, 2, 3)));
  }

  static Snapshot snapshot(String program, Figures figures, Trends trends) {
    return new Snapshot(
        program,
        "0.1.0",
        TIME.minusSeconds(3_600),
        TIME,
        3_600.25,
        "listening on 127.0.0.1:3000",
        "native",
        figures,
        figures,
        1,
        new ProcessFigures(31_457_280, 134_217_728, 12_750_000_000L, 41, 524_288, 19),
        0.031,
        new ServingFigures(1, 1, 0),
        new Reloads(2, 1),
        trends,
        List.of(
            new LogEvent(
                1,
                TIME,
                LogEvent.Level.WARNING,
                "path-down",
                StatusJson.id(SESSION),
                0,
                "path <vps> is down"),
            new LogEvent(2, TIME, LogEvent.Level.INFO, "log", null, null, "hello"),
            new LogEvent(3, TIME, LogEvent.Level.DEBUG, "rekey", null, null, "new keys")));
  }
}
