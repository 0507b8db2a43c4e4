package dev.mptunnel.observe;

import java.time.Instant;
import java.util.List;

/**
 * All that a program shows of itself, at one moment: whatever is shown, is shown of this.
 *
 * @param summary what listens where, and what it leads to, in one line
 * @param engine what moves datagrams
 * @param figures now
 * @param before the figures of a moment earlier, from which rates are; the same at the start
 * @param secondsBetween the two
 * @param cpuShare how much of one processor was used between them; NaN where that is not known
 * @param trends what is known only by having looked for longer
 * @param events the latest, oldest first
 */
public record Snapshot(
    String program,
    String programVersion,
    Instant started,
    Instant time,
    double uptimeSeconds,
    String summary,
    String engine,
    Figures figures,
    Figures before,
    double secondsBetween,
    ProcessFigures process,
    double cpuShare,
    ServingFigures serving,
    Reloads reloads,
    Trends trends,
    List<LogEvent> events) {

  /** The JSON's version; see docs/status.md. */
  public static final int VERSION = 1;

  public Snapshot {
    events = List.copyOf(events);
  }

  /** How much more it is each second, or NaN where there is nothing to compare with. */
  double perSecond(long now, long earlier) {
    return secondsBetween <= 0 ? Double.NaN : Math.max(0, now - earlier) / secondsBetween;
  }

  /** The same session a moment earlier, or null. */
  Figures.OfSession before(Figures.OfSession now) {
    for (Figures.OfSession each : before.sessions()) {
      if (each.session().sessionId() == now.session().sessionId()) {
        return each;
      }
    }
    return null;
  }
}
