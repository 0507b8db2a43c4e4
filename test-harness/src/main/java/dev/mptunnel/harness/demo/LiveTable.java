package dev.mptunnel.harness.demo;

import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.tunnel.LocalTunnel;
import dev.mptunnel.observe.SessionTable;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * What the tunnel measures of itself: a row for each line and one for the tunnel, drawn in place.
 */
final class LiveTable {

  private static final String ROW = "%-8s %-34s %8s %8s %9s %8s %8s%n";

  private final PrintStream out;
  private final List<LinkProperties> lines;
  private final boolean inPlace = isTerminal();
  private boolean drawn;
  private long lastPrinted = -1;

  LiveTable(PrintStream out, List<LinkProperties> lines) {
    this.out = out;
    this.lines = lines;
  }

  /** Draws it anew; where the output is no terminal, only now and then. */
  void draw(LocalTunnel tunnel, int sent, int all) {
    long step = 4L * sent / all;
    if (!inPlace && step == lastPrinted) {
      return;
    }
    lastPrinted = step;
    SessionReport client = tunnel.clientReport();
    List<PathReport> server = tunnel.serverReport();
    if (drawn && inPlace) {
      out.printf("\033[%dA\033[J", lines.size() + 3);
    }
    drawn = true;
    out.printf(ROW, "", "", "lost up", "lost down", "RTT", "wins", "saves");
    for (int i = 0; i < lines.size(); i++) {
      PathReport path = client.paths().get(i);
      out.printf(
          ROW,
          path.name(),
          lines.get(i),
          SessionTable.percent(path.lossOut()),
          SessionTable.percent(path.lossIn()),
          String.format(Locale.ROOT, "%.0f ms", path.rttP50Micros() / 1000.0),
          path.wins() + (i < server.size() ? server.get(i).wins() : 0),
          path.saves() + (i < server.size() ? server.get(i).saves() : 0));
    }
    out.printf(
        ROW,
        "tunnel",
        "",
        SessionTable.percent(client.lossOut()),
        SessionTable.percent(client.lossIn()),
        "",
        "",
        "");
    out.printf("%d of %d datagrams sent each way%n", sent, all);
    out.flush();
  }

  @SuppressWarnings("SystemConsoleNull") // it does return null when the input is no terminal
  private static boolean isTerminal() {
    return System.console() != null && System.console().isTerminal();
  }
}
