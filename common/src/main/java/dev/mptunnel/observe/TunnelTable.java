package dev.mptunnel.observe;

import dev.mptunnel.stream.TunnelReport;
import java.util.Locale;

/** The figures of TCP as a table for a terminal: a row for each tunnel and a line for all. */
public final class TunnelTable {

  private static final String ROW = "%-24s %-5s %11s %11s %9s %9s %10s %9s %9s%n";
  private static final double MEBI = 1 << 20;

  private TunnelTable() {}

  /** The table, a few lines, each ended; empty where there is no TCP. */
  public static String of(TunnelReport report) {
    if (report.isEmpty()) {
      return "";
    }
    StringBuilder table = new StringBuilder();
    if (!report.tunnels().isEmpty()) {
      table.append(
          row(
              "TCP tunnel",
              "state",
              "sent",
              "received",
              "Mbit/s",
              "answers",
              "under way",
              "resent",
              "idle"));
    }
    for (TunnelReport.Row tunnel : report.tunnels()) {
      table.append(
          row(
              tunnel.name(),
              tunnel.stalled() ? "stuck" : "up",
              bytes(tunnel.sentBytes()),
              bytes(tunnel.receivedBytes()),
              tunnel.bytesPerSecond() == 0 ? "-" : decimal(tunnel.bytesPerSecond() * 8 / 1e6),
              tunnel.responseMicros() == 0 ? "-" : decimal(tunnel.responseMicros() / 1e3) + "ms",
              bytes(tunnel.underWayBytes()),
              bytes(tunnel.resentBytes()),
              decimal(tunnel.idleNanos() / 1e9) + "s"));
    }
    table.append(
        String.format(
            Locale.ROOT,
            "TCP: %d connections of %d, %s in memory, %s sent twice, %d tunnels broken%n",
            report.connections(),
            report.opened(),
            bytes(report.keptBytes()),
            bytes(report.duplicatedBytes()),
            report.broken()));
    return table.toString();
  }

  private static String row(Object... columns) {
    return String.format(Locale.ROOT, ROW, columns);
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String bytes(long count) {
    return count < 10_000 ? count + "B" : decimal(count / MEBI) + "MiB";
  }
}
