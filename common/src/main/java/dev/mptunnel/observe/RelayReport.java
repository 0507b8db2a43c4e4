package dev.mptunnel.observe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
 * @param sendDrops datagrams that the kernel did not take, or not in time
 * @param receiveDrops datagrams that the kernel dropped since they were not read in time
 * @param tcp what there is of TCP
 */
public record RelayReport(
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
    long sendDrops,
    long receiveDrops,
    Connections tcp) {

  /**
   * TCP's part.
   *
   * @param proven connections now that a server has answered
   * @param strangers those that none has answered
   * @param turnedAway strangers that waited too long, or made room for others
   * @param refusedFull connections refused since there were too many
   */
  public record Connections(
      List<ServerRow> servers, int proven, int strangers, long turnedAway, long refusedFull) {

    /** Of a relay of datagrams alone. */
    public static final Connections NONE = new Connections(List.of(), 0, 0, 0, 0);

    public Connections {
      servers = List.copyOf(servers);
    }
  }

  /** What passed to and from one server, and how often it refused. */
  public record ServerRow(
      String name, long packetsTo, long bytesTo, long packetsFrom, long bytesFrom, long refusals) {

    private ServerRow plus(ServerRow other) {
      return new ServerRow(
          name,
          packetsTo + other.packetsTo,
          bytesTo + other.bytesTo,
          packetsFrom + other.packetsFrom,
          bytesFrom + other.bytesFrom,
          refusals + other.refusals);
    }
  }

  public RelayReport {
    servers = List.copyOf(servers);
  }

  /**
   * The figures of two loops of datagrams together. While servers are added or taken out, one may
   * have some that the other has not.
   */
  public RelayReport plus(RelayReport other) {
    Map<String, ServerRow> rows = new LinkedHashMap<>();
    servers.forEach(row -> rows.put(row.name(), row));
    other.servers.forEach(row -> rows.merge(row.name(), row, ServerRow::plus));
    return new RelayReport(
        List.copyOf(rows.values()),
        proven + other.proven,
        unproven + other.unproven,
        evictedProven + other.evictedProven,
        evictedUnproven + other.evictedUnproven,
        expiredProven + other.expiredProven,
        expiredUnproven + other.expiredUnproven,
        overRate + other.overRate,
        unresolvedDrops + other.unresolvedDrops,
        socketDrops + other.socketDrops,
        sendDrops + other.sendDrops,
        receiveDrops + other.receiveDrops,
        tcp);
  }

  /** The same with TCP's part. */
  public RelayReport withTcp(Connections its) {
    return new RelayReport(
        servers,
        proven,
        unproven,
        evictedProven,
        evictedUnproven,
        expiredProven,
        expiredUnproven,
        overRate,
        unresolvedDrops,
        socketDrops,
        sendDrops,
        receiveDrops,
        its);
  }

  /** The figures for a terminal: a row for each server, and what became of the clients. */
  public String table() {
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
    table.append(row("dropped", "not sent", "no address", "no socket", "over rate", "not read"));
    table.append(
        row("  datagrams", sendDrops, unresolvedDrops, socketDrops, overRate, receiveDrops));
    if (!tcp.servers().isEmpty()) {
      table.append(row("server, by TCP", "pieces to", "bytes to", "pieces from", "bytes from", ""));
      for (ServerRow server : tcp.servers()) {
        table.append(
            row(
                server.name(),
                server.packetsTo(),
                server.bytesTo(),
                server.packetsFrom(),
                server.bytesFrom(),
                server.refusals()));
      }
      table.append(row("TCP connections", "now", "unproven", "turned away", "over limit", ""));
      table.append(row("", tcp.proven(), tcp.strangers(), tcp.turnedAway(), tcp.refusedFull(), ""));
    }
    return table.toString();
  }

  private static String row(Object... cells) {
    String row = String.format(Locale.ROOT, "%-28s %12s %15s %12s %15s %8s", cells);
    return row.stripTrailing() + System.lineSeparator();
  }
}
