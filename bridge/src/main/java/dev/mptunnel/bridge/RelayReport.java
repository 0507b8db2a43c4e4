package dev.mptunnel.bridge;

import java.util.List;
import java.util.Locale;

/**
 * A relay's figures at one moment, since its start.
 *
 * @param proven clients now that a server has answered
 * @param unproven sources now that none has answered
 * @param evictedProven clients that made room at {@code max-clients}
 * @param evictedUnproven strangers that made room for others
 * @param expiredProven clients that were silent for {@code idle-timeout}
 * @param expiredUnproven strangers that no server answered in time
 * @param overRate datagrams dropped because too many strangers came at once
 * @param unresolvedDrops datagrams dropped because no server address was known
 * @param socketDrops datagrams dropped because no socket could be opened
 * @param sendDrops datagrams that the kernel did not take
 */
record RelayReport(
    List<ServerRow> servers,
    int proven,
    int unproven,
    long evictedProven,
    long evictedUnproven,
    long expiredProven,
    long expiredUnproven,
    long overRate,
    long unresolvedDrops,
    long socketDrops,
    long sendDrops) {

  /** What passed to and from one server, and how often it refused. */
  record ServerRow(
      String name, long packetsTo, long bytesTo, long packetsFrom, long bytesFrom, long refusals) {}

  RelayReport {
    servers = List.copyOf(servers);
  }

  /** The figures for a terminal: a row for each server, and what became of the clients. */
  String table() {
    StringBuilder table = new StringBuilder();
    table.append(row("server", "packets to", "bytes to", "packets from", "bytes from", "refused"));
    for (ServerRow server : servers) {
      table.append(
          row(
              server.name(),
              server.packetsTo(),
              server.bytesTo(),
              server.packetsFrom(),
              server.bytesFrom(),
              server.refusals()));
    }
    table.append(row("clients", "now", "evicted", "expired", "", ""));
    table.append(row("  proven", proven, evictedProven, expiredProven, "", ""));
    table.append(row("  unproven", unproven, evictedUnproven, expiredUnproven, "", ""));
    table.append(row("dropped", "not sent", "no address", "no socket", "over rate", ""));
    table.append(row("  datagrams", sendDrops, unresolvedDrops, socketDrops, overRate, ""));
    return table.toString();
  }

  private static String row(Object... cells) {
    String row = String.format(Locale.ROOT, "%-28s %12s %15s %12s %15s %8s", cells);
    return row.stripTrailing() + System.lineSeparator();
  }
}
