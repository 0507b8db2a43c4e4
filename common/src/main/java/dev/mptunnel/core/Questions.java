package dev.mptunnel.core;

import dev.mptunnel.wire.PathFrames;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * What a session asks its peer to send again: what was lost, as often as pays and as the budget
 * allows, and nothing while our own queues are full, for what these drop would only fill them
 * again.
 */
final class Questions {

  /** The time given to networks that reorder grows in steps of a fraction of the round trip. */
  private static final int REORDERING_STEPS = 16;

  /**
   * Steps up for a question that was needless, where one that was not is a step down: so at most
   * about one of four is.
   */
  private static final int STEPS_FOR_NEEDLESS = 3;

  /** The least time, beyond the usual one, that an answer is given to come. */
  private static final long LEAST_VARIATION_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** The time given to an answer where nothing has been measured. */
  private static final long FIRST_ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** After so many more losses that the budget left unasked than others, nothing is asked. */
  private static final int TOO_MANY = 64;

  private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(16);

  private final Session session;
  private final RepairFigures figures;
  private final boolean isOff;
  private final RepairBudget answers;
  private final Congestion congestion = new Congestion();
  private final SmoothedTime answerTime = new SmoothedTime();
  private int reorderingSteps;
  private long answerBytes;
  private int overBudget;
  private long pausedUntilNanos = Long.MIN_VALUE;
  private long pauseNanos = FIRST_PAUSE_NANOS;
  private final long[] toldNanos = new long[Event.SteppingBack.values().length];

  // The question that is being put together.
  private final long[] counters = new long[PathFrames.MAX_ASKED];
  private int count;
  private int nextQuestion;
  private long now;
  private int epochNumber;

  /**
   * Questions of a session.
   *
   * @param share what the answers may add to the bytes that the peer sends
   */
  Questions(Session session, RepairFigures figures, double share) {
    this.session = session;
    this.figures = figures;
    isOff = share == 0;
    answers = new RepairBudget(share);
    Arrays.fill(toldNanos, Long.MIN_VALUE / 2);
  }

  /** A packet of so many bytes came; the peer sent it on so many paths. */
  void onFirst(int bytes, int copies) {
    long sent = (long) bytes * copies;
    answers.earn(sent);
    congestion.onArrival(session.paths().areLong());
    answerBytes = Math.max(sent, answerBytes - answerBytes / 16 + sent / 16);
  }

  /** The time given to networks that reorder within a path. */
  long reorderingNanos() {
    return session.paths().shortestRttNanos() * reorderingSteps / REORDERING_STEPS;
  }

  /** How long an answer may take. */
  long answerNanos() {
    long rttNanos = session.paths().shortestRttNanos();
    if (rttNanos == 0) {
      return FIRST_ANSWER_NANOS;
    }
    return answerTime.isUnknown()
        ? rttNanos * 3 / 2 + LEAST_VARIATION_NANOS
        : Math.max(answerTime.mostNanos(LEAST_VARIATION_NANOS), rttNanos + LEAST_VARIATION_NANOS);
  }

  /** Whether there is enough left to ask for what may come by itself, only later. */
  boolean mayAskEarly() {
    return answers.leftBytes() > CoreLimits.REPAIR_SAVED_BYTES / 2.0;
  }

  /**
   * What was missing has come.
   *
   * @return whether because it was asked for
   */
  boolean isAnswer(long now, Hole hole) {
    if (hole.questions() == 0) {
      return false;
    }
    long tookNanos = now - hole.askedNanos();
    long leastNanos = session.paths().leastRttNanos();
    boolean isTimely = leastNanos > 0 && tookNanos >= leastNanos * 7 / 8;
    if (isTimely) {
      answerTime.sample(tookNanos);
    }
    boolean isAnswer = isTimely || hole.questions() > 1;
    if (isAnswer) {
      figures.repaired++;
      shortenReordering();
    } else {
      figures.needless++;
      reorderingSteps = Math.min(REORDERING_STEPS, reorderingSteps + STEPS_FOR_NEEDLESS);
    }
    return isAnswer;
  }

  /**
   * What was missing was put together from a parity.
   *
   * @param hole or null if nothing behind it had come
   */
  void onRebuilt(Hole hole) {
    if (hole == null || (hole.questions() == 0 && !hole.isWithheld())) {
      congestion.onLoss(session.paths().areLong());
    }
    figures.holes += hole == null || hole.questions() == 0 ? 1 : 0;
    figures.rebuilt++;
  }

  /** A part of a parity came, a packet of so many bytes: the peer had enough left for it. */
  void onParity(int bytes, int copies) {
    double spare = answers.leftBytes() - CoreLimits.REPAIR_SAVED_BYTES / 2.0;
    answers.spend((long) Math.min(Math.max(0, spare), (double) bytes * copies));
  }

  /** What is missing is not waited for any more. */
  void onGivenUp(Hole hole) {
    figures.holes += hole.questions() == 0 ? 1 : 0;
    figures.givenUp++;
    figures.withheld += hole.isWithheld() ? 1 : 0;
  }

  /** What is lost of this epoch follows. */
  void begin(long now, int epochNumber) {
    this.now = now;
    this.epochNumber = epochNumber;
  }

  /**
   * A packet is a loss, or what was asked for has not come.
   *
   * @return whether it is not waited for any more
   */
  boolean isOver(Hole hole) {
    if (hole.isGivenUp()
        || hole.questions() == CoreLimits.MAX_QUESTIONS
        || isOff
        || isWithheld(hole)) {
      hole.giveUp();
      if (hole.isOverdue(now)) {
        onGivenUp(hole);
        return true;
      }
      return false; // a path may bring it that was too slow to be waited for before asking
    }
    figures.holes += hole.questions() == 0 ? 1 : 0;
    figures.asked++;
    boolean isLast = hole.questions() + 1 == CoreLimits.MAX_QUESTIONS;
    long slowestNanos = isLast ? session.paths().longestLagNanos() : 0;
    hole.ask(now, now + answerNanos() + slowestNanos);
    boolean fits =
        count < counters.length
            && (count == 0 || hole.counter() - counters[0] <= PathFrames.MAX_OFFSET);
    if (!fits) {
      send();
    }
    counters[count++] = hole.counter();
    return false;
  }

  private boolean isWithheld(Hole hole) {
    if (hole.questions() == 0 && isDrop()) {
      withhold(hole);
      tell(Event.SteppingBack.CONGESTION);
      return true;
    }
    if (now >= pausedUntilNanos && answers.spend(answerBytes + questionBytes())) {
      overBudget = Math.max(0, overBudget - 1);
      if (now - pausedUntilNanos > pauseNanos) {
        pauseNanos = FIRST_PAUSE_NANOS;
      }
      return false;
    }
    withhold(hole);
    if (now >= pausedUntilNanos && ++overBudget >= TOO_MANY) {
      overBudget = 0;
      pausedUntilNanos = now + pauseNanos;
      pauseNanos = Math.min(LAST_PAUSE_NANOS, 2 * pauseNanos);
      tell(Event.SteppingBack.BUDGET);
    }
    return true;
  }

  private boolean isDrop() {
    boolean areLong = session.paths().areLong();
    congestion.onLoss(areLong);
    return congestion.isDrop(areLong);
  }

  private long questionBytes() {
    int bytes = session.pathPacketBytes(PathFrames.askBytes(1));
    return (long) bytes * session.copies(bytes);
  }

  private void withhold(Hole hole) {
    hole.withhold();
    shortenReordering(); // it did not come in the time that was given to it
  }

  private void shortenReordering() {
    reorderingSteps = Math.max(0, reorderingSteps - 1);
  }

  private void tell(Event.SteppingBack reason) {
    if (now - toldNanos[reason.ordinal()] >= CoreLimits.TELL_STEPPED_BACK_NANOS) {
      toldNanos[reason.ordinal()] = now;
      session.emit(new Event.RepairSteppedBack(session, reason));
    }
  }

  /** Asks for what was put together. */
  void send() {
    if (count == 0) {
      return;
    }
    int question = nextQuestion++;
    session.forEachCarrying(
        PathFrames.askBytes(count),
        path -> figures.spentBytes += path.ask(question, epochNumber, counters, count));
    count = 0;
  }
}
