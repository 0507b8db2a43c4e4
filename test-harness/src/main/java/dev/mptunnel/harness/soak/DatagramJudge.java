package dev.mptunnel.harness.soak;

import dev.mptunnel.harness.load.Reception;
import java.io.IOException;
import org.HdrHistogram.Histogram;

/**
 * Holds one direction's datagrams against the promise: all arrive, each once and as it was. Belongs
 * to one thread.
 */
final class DatagramJudge {

  private final DatagramLoad.Way way;
  private final FaultLog faults;
  private final BrokenPromises broken;
  private final LossLedger ledger;
  private final int sentBefore;
  private final long unreadBefore;
  private final Histogram delayBefore;
  private Reception.Counts counts;
  private long lost;
  private long excused;
  private long unread;

  /** What is sent from now on is judged. */
  DatagramJudge(DatagramLoad.Way way, FaultLog faults, BrokenPromises broken, long nowNanos)
      throws IOException {
    this.way = way;
    this.faults = faults;
    this.broken = broken;
    sentBefore = way.sent();
    unreadBefore = way.unread();
    delayBefore = way.received().delayNanos();
    counts = way.received().counts();
    ledger = new LossLedger(way.received()::missing, sentBefore, nowNanos);
  }

  /** Looks at what has had its time. */
  void look(long nowNanos) throws IOException {
    look(nowNanos, nowNanos);
  }

  /** Looks at all, when nothing is sent or under way any more. */
  void lookAtRest(long nowNanos) throws IOException {
    look(nowNanos, nowNanos + LossLedger.TIME_NANOS);
  }

  private void look(long nowNanos, long dueNanos) throws IOException {
    ledger.mark(way.sent(), nowNanos);
    for (LossLedger.Loss loss : ledger.due(dueNanos)) {
      judge(loss);
    }
    Reception.Counts now = way.received().counts();
    report(nowNanos, now.duplicates() - counts.duplicates(), "have come twice");
    report(nowNanos, now.damaged() - counts.damaged(), "have come damaged");
    report(nowNanos, now.misdelivered() - counts.misdelivered(), "are of another stream");
    counts = now;
  }

  private void judge(LossLedger.Loss loss) throws IOException {
    int count = loss.count();
    if (faults.excuses(loss.fromNanos(), loss.untilNanos())) {
      excused += count;
    } else if (count <= way.unread() - unreadBefore - unread) {
      unread += count;
    } else {
      lost += count;
      report(loss.untilNanos(), count, "are lost (" + loss.numbers() + ")");
    }
  }

  private void report(long atNanos, long count, String what) {
    if (count > 0) {
      broken.add(atNanos, count + " datagrams " + way + " " + what);
    }
  }

  SoakOutcome.Datagrams outcome() {
    Histogram delayNanos = way.received().delayNanos();
    delayNanos.subtract(delayBefore);
    return new SoakOutcome.Datagrams(
        way.toString(), way.sent() - sentBefore, lost, excused, unread, delayNanos);
  }
}
