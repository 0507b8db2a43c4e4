package dev.mptunnel.observe;

import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.SessionReport;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** A snapshot for a terminal: how it goes now, all since the start, and what happened last. */
public final class StatusText {

  private static final String ROW = "%-24s %-10s %9s %9s %8s %8s %8s %8s%n";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
  private static final int EVENTS = 8;

  /** What fits on a screen; the rest is in the JSON. */
  private static final int SESSIONS = 10;

  private StatusText() {}

  /**
   * Some lines, each ended.
   *
   * @param totals the table of all since the start, of the {@link #shown} figures
   */
  public static String of(Snapshot snapshot, String totals) {
    StringBuilder text = new StringBuilder();
    Figures figures = shown(snapshot);
    text.append(
        "%s %s, up %s: %s%n"
            .formatted(
                snapshot.program(),
                snapshot.programVersion(),
                duration(snapshot.uptimeSeconds()),
                snapshot.summary()));
    if (figures.notReady() != null) {
      text.append("not ready: %s%n".formatted(figures.notReady()));
    }
    if (figures.relay() == null) {
      headline(text, "1 minute", Headline.minute(snapshot));
      headline(text, "10 minutes", Headline.tenMinutes(snapshot));
      headline(text, "start", Headline.start(snapshot));
      now(text, snapshot, figures);
    }
    text.append(totals);
    List<LogEvent> events =
        snapshot.events().stream().filter(event -> event.level() != LogEvent.Level.DEBUG).toList();
    for (LogEvent event : events.subList(Math.max(0, events.size() - EVENTS), events.size())) {
      text.append(
          "%s %s%n"
              .formatted(
                  TIME.format(event.time().atZone(ZoneId.systemDefault())),
                  printable(event.text())));
    }
    return text.toString();
  }

  /** The figures that are shown of a snapshot: of the busiest sessions alone. */
  public static Figures shown(Snapshot snapshot) {
    return snapshot.figures().first(SESSIONS);
  }

  private static void headline(StringBuilder text, String since, Headline its) {
    text.append(
        String.format(
            Locale.ROOT,
            "lost, %-10s  tunnel %s out, %s in; best path alone %s, %s; worst %s, %s%n",
            since,
            SessionTable.percent(its.tunnel().out().share()),
            SessionTable.percent(its.tunnel().in().share()),
            SessionTable.percent(its.best().out().share()),
            SessionTable.percent(its.best().in().share()),
            SessionTable.percent(its.worst().out().share()),
            SessionTable.percent(its.worst().in().share())));
  }

  private static void now(StringBuilder text, Snapshot snapshot, Figures figures) {
    text.append(row("now", "state", "Mbit/s>", "Mbit/s<", "lost>", "lost<", "RTT p50", "RTT max"));
    for (Figures.OfSession each : figures.sessions()) {
      SessionReport session = each.session();
      if (figures.sessionsTotal() > 1) {
        text.append(heading(session));
      }
      Figures.OfSession before = snapshot.before(each);
      for (PathReport path : session.paths()) {
        PathReport earlier = before == null ? path : before(path, before.session());
        text.append(pathNow(snapshot, session.sessionId(), path, earlier));
      }
    }
    int more = figures.sessionsTotal() - figures.sessions().size();
    if (more > 0) {
      text.append("and %d more%n".formatted(more));
    }
  }

  /** The same path then; a number may have come to mean another. */
  private static PathReport before(PathReport path, SessionReport then) {
    return then.paths().stream()
        .filter(each -> each.id() == path.id() && each.name().equals(path.name()))
        .findFirst()
        .orElse(path);
  }

  private static String heading(SessionReport session) {
    String client = session.clientName();
    return "client %s%s%n"
        .formatted(
            client == null ? "" : printable(client) + " ", StatusJson.id(session.sessionId()));
  }

  private static String pathNow(
      Snapshot snapshot, long session, PathReport path, PathReport earlier) {
    var trend = snapshot.trends().of(new Trends.Key(session, path.id(), path.name()));
    return row(
        path.name(),
        path.state().name().toLowerCase(Locale.ROOT),
        megabits(snapshot.perSecond(path.sentBytes(), earlier.sentBytes())),
        megabits(snapshot.perSecond(path.receivedBytes(), earlier.receivedBytes())),
        SessionTable.percent(trend.minute().out().share()),
        SessionTable.percent(trend.minute().in().share()),
        SessionTable.millis(trend.recent().p50Micros()),
        SessionTable.millis(trend.recent().maxMicros()));
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, ROW, cells);
  }

  private static String megabits(double bytesPerSecond) {
    return Double.isNaN(bytesPerSecond)
        ? "-"
        : String.format(Locale.ROOT, "%.2f", bytesPerSecond * 8 / 1e6);
  }

  private static String duration(double seconds) {
    Duration up = Duration.ofSeconds((long) seconds);
    String minutes = "%dh %02dm".formatted(up.toHours() % 24, up.toMinutesPart());
    return up.toDays() > 0
        ? up.toDays() + "d " + minutes
        : up.toHours() > 0 ? minutes : "%dm %02ds".formatted(up.toMinutes(), up.toSecondsPart());
  }

  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", " ");
  }
}
