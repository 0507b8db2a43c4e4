package dev.mptunnel.core;

import dev.mptunnel.wire.Limits;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Finds out which DATA packets of an epoch all paths lost. A packet is a loss once every live path
 * has brought one that was sent after it, and, lest a path that is silent holds this up, once its
 * copy on the slowest path is overdue. A path so slow that an answer is there before its copy is
 * not waited for, while there is enough left of the budget. Networks that reorder within a path are
 * given a little more time, by what was asked for needlessly before (RFC 8985, section 6.2, adapts
 * its window likewise).
 */
final class LossDetector {

  /** So many packets back it is remembered when they came; more where copies come so late. */
  private static final int FIRST_REMEMBERED = 128;

  private static final int MOST_REMEMBERED = 2_048;

  private static final long NEVER = Long.MAX_VALUE;

  /** A path that has brought nothing for so long, and for so many packets, is not waited for. */
  private static final long LIVE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final int LIVE_PACKETS = 64;

  /** What timers and schedulers may add to a delay. */
  private static final long MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final PathSet paths;
  private final Questions questions;
  private final Holes holes = new Holes();
  private final ParityGroups parity = new ParityGroups();
  private long[] cameNanos = new long[FIRST_REMEMBERED];
  private long[] sentNanos = new long[FIRST_REMEMBERED];
  private final long[] pathPassed = new long[Limits.MAX_PATHS];
  private final long[] pathBroughtNanos = new long[Limits.MAX_PATHS];
  private long highest = -1;
  private long passed;
  private long passedEarly;

  /**
   * A detector of an epoch of which nothing has come.
   *
   * @param questions is told what was lost, and what came
   */
  LossDetector(PathSet paths, Questions questions) {
    this.paths = paths;
    this.questions = questions;
    Arrays.fill(pathBroughtNanos, Long.MIN_VALUE / 2);
    Arrays.fill(cameNanos, NEVER);
    Arrays.fill(sentNanos, NEVER);
  }

  /** Whether a packet below this counter may yet come that has not. */
  boolean isAwaitedBelow(long counter) {
    return holes.first() < counter;
  }

  /** Packets that may yet come. */
  int holes() {
    return holes.size();
  }

  /**
   * The first copy of a packet came.
   *
   * @param arrivedNanos when it arrived: now, or a little earlier
   * @param believed the highest counter that is believed, this one included or not
   * @param path that it came on, or null
   * @return whether it came because it was asked for
   */
  boolean onFirst(long now, long arrivedNanos, long counter, long believed, Path path) {
    seeUpTo(now, arrivedNanos, believed, counter);
    Hole filled = holes.remove(counter);
    boolean isAnswer = filled != null && questions.isAnswer(now, filled);
    boolean wasAsked = filled != null && filled.questions() > 0;
    if (remembers(counter) && !wasAsked) {
      // Otherwise its copies may be those that were sent again.
      cameNanos[slot(counter)] = arrivedNanos;
    }
    if (path != null) {
      if (filled == null) {
        path.lag().sample(0);
      } else if (!wasAsked) {
        path.lag().sample(arrivedNanos - filled.seenNanos());
      }
      passes(now, counter, path);
    }
    return isAnswer;
  }

  /** A further copy of a packet came on this path. */
  void onCopy(long now, long arrivedNanos, long counter, Path path) {
    if (!remembers(counter)) {
      rememberMore();
    } else if (cameNanos[slot(counter)] != NEVER) {
      path.lag().sample(arrivedNanos - cameNanos[slot(counter)]);
      if (sentNanos[slot(counter)] != NEVER) {
        path.queue().sample(now, arrivedNanos - sentNanos[slot(counter)]);
      }
    }
    passes(now, counter, path);
  }

  /**
   * A packet that came says when it was sent.
   *
   * @param path that its first copy came on, or null
   * @param sentNanos by the peer's clock
   */
  void onSentTime(long now, long arrivedNanos, long counter, Path path, long sentNanos) {
    if (remembers(counter)) {
      this.sentNanos[slot(counter)] = sentNanos;
    }
    if (path != null) {
      path.queue().sample(now, arrivedNanos - sentNanos);
    }
  }

  /** Packets up to this counter were sent on this path, and none of them will come later. */
  void onMark(long now, long arrivedNanos, long counter, Path path) {
    if (counter - highest < CoreLimits.MAX_HOLES) {
      seeUpTo(now, arrivedNanos, counter, NEVER);
      passes(now, counter + 1, path);
    }
  }

  /** What is put together of packets that are lost. */
  ParityGroups parity() {
    return parity;
  }

  /** Whether a parity of packets from this counter on can be one: it is sent right behind them. */
  boolean isParityOfNow(long first) {
    return Math.abs(first - highest) < CoreLimits.MAX_HOLES;
  }

  /**
   * A packet that did not come was put together.
   *
   * @param believed as of {@link #onFirst}
   */
  void onRebuilt(long now, long counter, long believed) {
    boolean isNews = counter > highest;
    seeUpTo(now, now, believed, counter);
    Hole hole = holes.remove(counter);
    if (isNews || hole != null) { // and it was not given up before
      questions.onRebuilt(hole);
    }
  }

  private boolean remembers(long counter) {
    return counter <= highest && counter > highest - cameNanos.length;
  }

  private void rememberMore() {
    if (cameNanos.length < MOST_REMEMBERED) {
      cameNanos = moreOf(cameNanos);
      sentNanos = moreOf(sentNanos);
    }
  }

  private long[] moreOf(long[] few) {
    long[] more = new long[2 * few.length];
    Arrays.fill(more, NEVER);
    for (long counter = Math.max(0, highest - few.length + 1); counter <= highest; counter++) {
      more[(int) (counter & more.length - 1)] = few[(int) (counter & few.length - 1)];
    }
    return more;
  }

  private int slot(long counter) {
    return (int) (counter & cameNanos.length - 1);
  }

  /**
   * Whatever is missing up to this counter is a hole, unless it is too much to be one.
   *
   * @param arrivedNanos when that arrived by which it is seen
   * @param came the counter of what has just come
   */
  private void seeUpTo(long now, long arrivedNanos, long counter, long came) {
    if (counter <= highest) {
      return;
    }
    long from = highest + 1;
    highest = counter;
    if (counter - from >= CoreLimits.MAX_HOLES) {
      Arrays.fill(cameNanos, NEVER);
      Arrays.fill(sentNanos, NEVER);
      return; // all paths were dead for long: what they lost is of no use any more
    }
    int surplus = holes.size() + (int) (counter - from) + 1 - CoreLimits.MAX_HOLES;
    if (surplus > 0) {
      holes.removeFirst(Math.min(surplus, holes.size()), questions::onGivenUp);
    }
    long dueNanos = NEVER;
    for (long missing = from; missing <= counter; missing++) {
      cameNanos[slot(missing)] = NEVER;
      sentNanos[slot(missing)] = NEVER;
      if (missing != came) {
        dueNanos = dueNanos == NEVER ? now + overdueNanos() : dueNanos;
        holes.add(
            new Hole(missing, arrivedNanos, dueNanos, dueNanos + parity.periodNanos(missing)));
      }
    }
  }

  /** After how long the copies of a packet are overdue, counted from when a later one came. */
  private long overdueNanos() {
    long margin = Math.max(MARGIN_NANOS, paths.shortestRttNanos() / 4);
    return paths.longestLagNanos() + margin + questions.reorderingNanos();
  }

  private void passes(long now, long counter, Path path) {
    // A counter beyond is not believed yet; see CounterWindow.
    long believed = Math.min(counter, highest + 1);
    pathPassed[path.id()] = Math.max(pathPassed[path.id()], believed);
    pathBroughtNanos[path.id()] = now;
    if (holes.isEmpty()) {
      return;
    }
    long soon = now + questions.reorderingNanos();
    long passedNow = passedByAll(now, NEVER);
    if (passedNow > passed) {
      long overdue = soon + parity.periodNanos(passed);
      holes.hasten(
          passed,
          passedNow,
          hole -> {
            hole.hastenOverdue(overdue);
            hole.hasten(soon);
          });
      passed = passedNow;
    }
    if (questions.mayAskEarly()) {
      long passedEarlyNow = passedByAll(now, questions.answerNanos());
      if (passedEarlyNow > passedEarly) {
        holes.hasten(passedEarly, passedEarlyNow, hole -> hole.hasten(soon));
        passedEarly = passedEarlyNow;
      }
    }
  }

  /** Up to where all live paths have come that lag behind the quickest by no more than this. */
  private long passedByAll(long now, long mostLagNanos) {
    long least = NEVER;
    for (int id = 0; id < paths.size(); id++) {
      Path path = paths.get(id);
      boolean isLive =
          path != null
              && path.carries()
              && path.lag().nanos() <= mostLagNanos
              && (now - pathBroughtNanos[id] < LIVE_NANOS
                  || highest - pathPassed[id] < LIVE_PACKETS);
      least = isLive ? Math.min(least, pathPassed[id]) : least;
    }
    return least == NEVER ? 0 : least;
  }

  long nextTimer() {
    return holes.nextDueNanos();
  }

  /** Hands what is due of the epoch of this number to the questions. */
  void onTimer(long now, int number) {
    if (now >= holes.nextDueNanos()) {
      questions.begin(now, number);
      holes.takeDue(now, questions::isOver);
      questions.send();
    }
  }

  /** Gives up all holes. */
  void clear() {
    holes.removeFirst(holes.size(), questions::onGivenUp);
  }
}
