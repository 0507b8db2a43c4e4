package dev.mptunnel.observe;

import dev.mptunnel.core.LossTotals;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.RoundTrips;

/**
 * What a tunnel or one of its paths has lost in the last ten minutes. A path that is not up would
 * have lost, alone, whatever the tunnel sent meanwhile: this counts as sent on it, too.
 */
final class LossHistory {

  static final int MINUTE = 60 / History.PERIOD_SECONDS;
  static final int TEN_MINUTES = 600 / History.PERIOD_SECONDS;

  private final int[] sentOut = new int[TEN_MINUTES];
  private final int[] arrivedOut = new int[TEN_MINUTES];
  private final int[] sentIn = new int[TEN_MINUTES];
  private final int[] arrivedIn = new int[TEN_MINUTES];
  private int next;
  private Trends.Losses before;
  private Trends.Losses missed = Trends.Losses.NONE;
  private RoundTrips recent = RoundTrips.NONE;

  /**
   * A tunnel's totals at the next sample.
   *
   * @return what was sent since the last one, and arrived, or null where that is not known
   */
  Trends.Losses addTunnel(Trends.Losses totals) {
    Trends.Losses more = since(totals);
    keep(more);
    return more;
  }

  /**
   * The same of a path.
   *
   * @param tunnel what its tunnel sent since the last sample, or null
   */
  Trends.Losses addPath(PathReport path, Trends.Losses tunnel) {
    Trends.Losses more = since(new Trends.Losses(path.out(), path.in()));
    recent = path.recent();
    boolean isWanted = path.state() != PathReport.State.PAUSED;
    if (more != null && tunnel != null && isWanted && path.state() != PathReport.State.UP) {
      Trends.Losses unsent =
          new Trends.Losses(
              unsent(more.out(), tunnel.out().sent()), unsent(more.in(), tunnel.in().sent()));
      missed = missed.plus(unsent);
      more = more.plus(unsent);
    }
    keep(more);
    return more;
  }

  private static LossTotals unsent(LossTotals onPath, long byTunnel) {
    return new LossTotals(Math.max(0, byTunnel - onPath.sent()), 0);
  }

  private Trends.Losses since(Trends.Losses totals) {
    boolean isNext =
        before != null
            && totals.out().sent() >= before.out().sent()
            && totals.in().sent() >= before.in().sent();
    Trends.Losses more =
        isNext
            ? new Trends.Losses(totals.out().since(before.out()), totals.in().since(before.in()))
            : null;
    before = totals;
    return more;
  }

  private void keep(Trends.Losses more) {
    Trends.Losses kept = more == null ? Trends.Losses.NONE : more;
    sentOut[next] = (int) kept.out().sent();
    arrivedOut[next] = (int) kept.out().arrived();
    sentIn[next] = (int) kept.in().sent();
    arrivedIn[next] = (int) kept.in().arrived();
    next = (next + 1) % TEN_MINUTES;
  }

  /** What it comes to. */
  Trends.Trend trend() {
    return new Trends.Trend(last(MINUTE), last(TEN_MINUTES), missed, recent);
  }

  private Trends.Losses last(int samples) {
    return new Trends.Losses(
        new LossTotals(sum(sentOut, samples), sum(arrivedOut, samples)),
        new LossTotals(sum(sentIn, samples), sum(arrivedIn, samples)));
  }

  private long sum(int[] ring, int samples) {
    long sum = 0;
    for (int i = 1; i <= samples; i++) {
      sum += ring[(next - i + TEN_MINUTES) % TEN_MINUTES];
    }
    return sum;
  }
}
