package dev.mptunnel.observe;

import dev.mptunnel.core.LossTotals;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.SessionReport;
import java.util.function.Function;

/**
 * What the tunnel lost in the end, beside what one path would have lost alone, the time included in
 * which it was down. Of several sessions, each counts for what was sent in it.
 *
 * @param tunnel after repair
 * @param best the path of each session that lost least
 * @param mean all paths
 * @param worst the path of each session that lost most
 */
record Headline(Trends.Losses tunnel, Trends.Losses best, Trends.Losses mean, Trends.Losses worst) {

  private static final Headline NONE =
      new Headline(Trends.Losses.NONE, Trends.Losses.NONE, Trends.Losses.NONE, Trends.Losses.NONE);

  static Headline minute(Snapshot snapshot) {
    return of(snapshot, key -> snapshot.trends().of(key).minute());
  }

  static Headline tenMinutes(Snapshot snapshot) {
    return of(snapshot, key -> snapshot.trends().of(key).tenMinutes());
  }

  private static Headline of(Snapshot snapshot, Function<Trends.Key, Trends.Losses> window) {
    Headline all = NONE;
    for (Figures.OfSession each : snapshot.figures().sessions()) {
      SessionReport session = each.session();
      long id = session.sessionId();
      all =
          all.plus(
              window.apply(Trends.Key.tunnel(id)),
              session,
              path -> window.apply(new Trends.Key(id, path.id(), path.name())));
    }
    return all;
  }

  static Headline start(Snapshot snapshot) {
    Headline all = NONE;
    for (Figures.OfSession each : snapshot.figures().sessions()) {
      SessionReport session = each.session();
      long id = session.sessionId();
      all =
          all.plus(
              new Trends.Losses(session.out(), session.in()),
              session,
              path -> start(snapshot.trends(), id, path));
    }
    return all;
  }

  /** What a path has lost since the start, or would have. */
  static Trends.Losses start(Trends trends, long session, PathReport path) {
    return new Trends.Losses(path.out(), path.in())
        .plus(trends.of(new Trends.Key(session, path.id(), path.name())).missed());
  }

  private Headline plus(
      Trends.Losses tunnelLosses,
      SessionReport session,
      Function<PathReport, Trends.Losses> ofPath) {
    LossTotals bestOut = LossTotals.NONE;
    LossTotals bestIn = LossTotals.NONE;
    LossTotals worstOut = LossTotals.NONE;
    LossTotals worstIn = LossTotals.NONE;
    Trends.Losses sum = Trends.Losses.NONE;
    for (PathReport path : session.paths()) {
      Trends.Losses its = ofPath.apply(path);
      bestOut = better(its.out(), bestOut) ? its.out() : bestOut;
      bestIn = better(its.in(), bestIn) ? its.in() : bestIn;
      worstOut = worse(its.out(), worstOut) ? its.out() : worstOut;
      worstIn = worse(its.in(), worstIn) ? its.in() : worstIn;
      sum = sum.plus(its);
    }
    return new Headline(
        tunnel.plus(tunnelLosses),
        best.plus(new Trends.Losses(bestOut, bestIn)),
        mean.plus(sum),
        worst.plus(new Trends.Losses(worstOut, worstIn)));
  }

  /** Whether one lost less than the other, or that one was not measured. */
  private static boolean better(LossTotals one, LossTotals other) {
    return other.sent() == 0 ? one.sent() > 0 : one.share() < other.share();
  }

  private static boolean worse(LossTotals one, LossTotals other) {
    return other.sent() == 0 ? one.sent() > 0 : one.share() > other.share();
  }
}
