package dev.mptunnel.observe;

import dev.mptunnel.core.EndpointCounters;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.RepairReport;
import dev.mptunnel.core.SessionReport;
import java.util.Locale;
import java.util.stream.Collectors;

/** A session's figures as a table for a terminal: a row for each path and one for the tunnel. */
public final class SessionTable {

  private static final String ROW = "%-24s %-5s %5s %11s %11s %7s %7s %8s %8s %10s %10s%n";

  private SessionTable() {}

  /** The table, a few lines, each ended. {@code out} is from us to the peer, {@code in} to us. */
  public static String of(SessionReport session) {
    StringBuilder table = new StringBuilder();
    table.append(
        row(
            "path",
            "state",
            "MTU",
            "sent",
            "received",
            "lost>",
            "lost<",
            "RTT p50",
            "RTT p99",
            "wins",
            "saves"));
    for (PathReport path : session.paths()) {
      table.append(
          row(
              path.name(),
              path.up() ? "up" : "down",
              path.mtuBytes() == 0 ? "-" : path.mtuBytes(),
              path.sent(),
              path.received(),
              percent(path.lossOut()),
              percent(path.lossIn()),
              millis(path.rttP50Micros()),
              millis(path.rttP99Micros()),
              path.wins(),
              path.saves()));
    }
    table.append(
        row(
            "tunnel",
            session.open() ? "open" : "shut",
            "",
            session.datagramsIn(),
            session.datagramsOut(),
            percent(session.lossOut()),
            percent(session.lossIn()),
            "",
            "",
            "",
            ""));
    table.append(repair(session));
    table.append(pieces(session));
    table.append(ecn(session));
    session.shared().forEach(shared -> table.append(together(shared)).append('\n'));
    return table.toString();
  }

  /** Of two paths that share a bottleneck, one line, not ended. */
  public static String together(SessionReport.Shared shared) {
    return String.format(
        Locale.ROOT,
        switch (shared.sign()) {
          case LOSS ->
              "%s and %s lose the same packets: of what comes this way and one loses, the other"
                  + " loses %s";
          case DELAY ->
              "%s and %s are slow at the same times, as if they shared a queue: correlation %s";
        },
        shared.oneName(),
        shared.otherName(),
        percent(shared.share()));
  }

  /** Why lost packets are not asked for at the moment, one line, not ended. */
  public static String steppedBack(Event.SteppingBack reason) {
    return switch (reason) {
      case CONGESTION ->
          "more is sent than the paths carry: what their full queues drop is not asked for again";
      case BUDGET ->
          "more is lost than 'repair' allows to send again; the rest is lost, unless the paths lose"
              + " less";
    };
  }

  private static String repair(SessionReport session) {
    RepairReport repair = session.repair();
    return String.format(
        Locale.ROOT,
        "repair: %d holes, %d asked for, %d repaired, %d needless, %d rebuilt, %d given up (%d"
            + " withheld), %d late; %d sent again, %s of the bytes; %d waited (p50 %s, p99 %s)%n",
        repair.holes(),
        repair.asked(),
        repair.repaired(),
        repair.needless(),
        repair.rebuilt(),
        repair.givenUp(),
        repair.withheld(),
        repair.late(),
        repair.resent(),
        percent((double) repair.spentBytes() / repair.sentBytes()),
        repair.held(),
        millis(repair.heldP50Micros()),
        millis(repair.heldP99Micros()));
  }

  private static String pieces(SessionReport session) {
    double share = (double) session.fragmented() / session.datagramsIn();
    int roomBytes = session.roomBytes();
    return String.format(
        Locale.ROOT,
        "in pieces: %d of the datagrams sent (%s)%s%n",
        session.fragmented(),
        percent(share),
        roomBytes == 0 ? "" : "; up to " + roomBytes + " bytes travel whole");
  }

  /** Nothing where it is off. */
  private static String ecn(SessionReport session) {
    String paths =
        session.paths().stream()
            .filter(PathReport::carriesEcn)
            .map(PathReport::name)
            .collect(Collectors.joining(", "));
    return paths.isEmpty() ? "" : "marks of congestion reach the other end by " + paths + "\n";
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, ROW, cells);
  }

  /** What was dropped without a word, by reason, in one line, ended. */
  public static String dropped(EndpointCounters counters, Figures.SocketDrops drops) {
    return String.format(
        Locale.ROOT,
        "dropped: %d malformed, %d of unknown sessions, %d forged, %d damaged, %d misdirected, %d"
            + " unopened, %d of flows opened too fast, %d of flows not known by name, %d to targets"
            + " refused, %d pieces without room, %d datagrams that missed pieces, %d of ours too"
            + " large, %d of ours that found no path, %d congested; by the kernel: %d not sent, %d"
            + " not sent in time, %d not read%n",
        counters.malformed(),
        counters.strange(),
        counters.forged(),
        counters.damaged(),
        counters.misdirected(),
        counters.openingsWithheld(),
        counters.flowsWithheld(),
        counters.flowsUnnamed(),
        counters.flowsRefused(),
        counters.fragmentsWithheld(),
        counters.incomplete(),
        counters.oversized(),
        counters.waitedTooLong(),
        counters.congested(),
        drops.sent(),
        drops.late(),
        drops.received());
  }

  /** What was said to those who had not authenticated, and what was not, in one line, ended. */
  public static String strangers(EndpointCounters counters) {
    return String.format(
        Locale.ROOT,
        "handshakes: %d answered, %d refused, %d evicted; sessions refused: %d;"
            + " sent: %d cookies, %d hints; answers withheld: %d%n",
        counters.handshakesAnswered(),
        counters.handshakesRefused(),
        counters.handshakesEvicted(),
        counters.sessionsRefused(),
        counters.cookiesSent(),
        counters.hintsSent(),
        counters.repliesWithheld());
  }

  /** A share, 0 to 1, as a percentage; {@code -} where it is unknown. */
  public static String percent(double share) {
    return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f%%", share * 100);
  }

  static String millis(long micros) {
    return micros == 0 ? "-" : String.format(Locale.ROOT, "%.1fms", micros / 1000.0);
  }
}
