package dev.mptunnel.api;

import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.stream.TunnelReport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The figures of one client's session at one moment, as one end sees them.
 *
 * @param session the same as {@link Peer#session}
 * @param name the same as {@link Peer#name}
 * @param connections that there are now
 * @param openedConnections that there were in all
 * @param keptBytes in memory for all connections, both ways, besides the 64 KiB that each of them
 *     may hold for its reader, and its writer
 * @param tunnels that there are now, by name
 * @param paths in the order in which they were named
 */
public record Statistics(
    String session,
    String name,
    int connections,
    long openedConnections,
    long keptBytes,
    List<TunnelStatistics> tunnels,
    List<PathStatistics> paths) {

  /**
   * Figures.
   *
   * @throws NullPointerException if a list is null
   */
  public Statistics {
    tunnels = List.copyOf(tunnels);
    paths = List.copyOf(paths);
  }

  static Statistics of(SessionReport session, TunnelReport tunnels) {
    return new Statistics(
        Peer.text(session.sessionId()),
        session.clientName() == null ? "" : session.clientName(),
        tunnels.connections(),
        tunnels.opened(),
        tunnels.keptBytes(),
        tunnels.tunnels().stream().map(Statistics::of).toList(),
        session.paths().stream().map(Statistics::of).toList());
  }

  private static TunnelStatistics of(TunnelReport.Row row) {
    return new TunnelStatistics(
        row.name(),
        row.stalled(),
        micros(row.responseMicros()),
        row.sentBytes(),
        row.receivedBytes(),
        row.resentBytes());
  }

  private static PathStatistics of(PathReport path) {
    return new PathStatistics(
        path.name(),
        path.up(),
        micros(path.rttP50Micros()),
        path.sent(),
        path.received(),
        path.lossOut(),
        path.lossIn());
  }

  private static Duration micros(long micros) {
    return Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(micros));
  }
}
