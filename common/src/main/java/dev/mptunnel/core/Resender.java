package dev.mptunnel.core;

import dev.mptunnel.wire.PathFrames;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Sends packets again that the peer asks for, the same bytes on every path, within a budget; and
 * marks the last packet when none follows, so that the peer can miss it. The more is lost, the more
 * of them.
 */
final class Resender {

  private static final long NEVER = Long.MAX_VALUE;

  /** Of the questions so many back it is remembered whether they were answered. */
  private static final int QUESTIONS = 1_024;

  private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** A mark may be lost too. */
  private static final int MARKS = 2;

  /** Where next to nothing is lost, so many packets get one mark between them. */
  private static final int PACKETS_A_MARK = 16;

  /** A loss on all paths that is no longer next to nothing. */
  private static final double LOSING = 1e-4;

  private final Session session;
  private final RepairFigures figures;
  private final RepairBudget budget;
  private final boolean isOff;
  private final ParityMaker parity;
  private CounterWindow answered;
  private long sentAtNanos;
  private long gapNanos = LONGEST_PAUSE_NANOS;
  private long markNanos = NEVER;
  private int marks;
  private int sinceMark;
  private long checkNanos = NEVER;

  /**
   * A resender of a session.
   *
   * @param share what it may add to the bytes that we send
   */
  Resender(Session session, RepairFigures figures, double share) {
    this.session = session;
    this.figures = figures;
    isOff = share == 0;
    budget = new RepairBudget(share);
    parity = new ParityMaker(session, share);
  }

  /**
   * The peer's questions start anew, and the last packet of the epoch before has none behind it.
   */
  void startEpoch(Epoch previous, Epoch current) {
    answered = new CounterWindow(QUESTIONS, current.protection().isAuthentic());
    markNanos = NEVER;
    parity.startEpoch();
    if (previous != null && previous.sent().count() > 0 && !isOff) {
      mark(previous);
    }
  }

  /**
   * Where the next DATA packet is to be made, so that it is kept there once it is sent.
   *
   * @param bytes how long it will be
   * @return the room, from position to limit; or null where it is not kept
   */
  ByteBuffer reserve(long now, Epoch epoch, int bytes) {
    if (isOff) {
      return null;
    }
    // A second question, and its answer, may be lost too.
    long neededNanos = 4 * session.paths().longestRttNanos() + LONGEST_PAUSE_NANOS;
    return epoch.kept().reserve(now, bytes, Math.min(neededNanos, CoreLimits.RESEND_NANOS));
  }

  /**
   * A DATA packet was sent, for which room was reserved.
   *
   * @param trafficClass what it was marked with
   * @param copies on how many paths
   */
  void onSent(
      long now, Epoch epoch, long counter, ByteBuffer packet, int trafficClass, int copies) {
    long bytes = (long) packet.remaining() * copies;
    if (isOff) {
      return;
    }
    budget.earn(bytes);
    epoch.kept().keep(now, counter, packet.remaining(), trafficClass);
    boolean isAffordable = budget.leftBytes() >= CoreLimits.REPAIR_SAVED_BYTES / 2.0;
    long parityBytes = parity.onSent(epoch, counter, packet, isAffordable, gapNanos);
    budget.spend(parityBytes); // which is far less than the half that was left
    figures.spentBytes += parityBytes;
    long gap = Math.min(now - sentAtNanos, LONGEST_PAUSE_NANOS);
    gapNanos += (gap - gapNanos) / 8;
    sentAtNanos = now;
    marks = 0;
    sinceMark++;
    markNanos = isWorthMark() ? now + pauseNanos() : NEVER;
    if (checkNanos == NEVER) {
      checkNanos = now + CoreLimits.RESEND_NANOS;
    }
  }

  /**
   * Whether the last packet is to be marked. Of a session whose packets are far apart every one is
   * the last: if each were marked, most of what it sends would be marks.
   */
  private boolean isWorthMark() {
    return sinceMark >= PACKETS_A_MARK || isLosing();
  }

  private boolean isLosing() {
    return parity.isAsked() || session.paths().lossOfAll() >= LOSING;
  }

  /** What comes regularly needs no mark: the next one marks the last. */
  private long pauseNanos() {
    return Math.clamp(2 * gapNanos, SHORTEST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
  }

  /** The peer asks for packets; see {@link dev.mptunnel.wire.PathFrames.Handler#onAsk}. */
  void onAsk(long now, int question, int epochNumber, long first, ByteBuffer offsets) {
    long number = question & 0xffff_ffffL;
    if (isOff || !answered.isNew(number)) {
      return;
    }
    answered.take(number);
    Epoch epoch = session.epochs().find(epochNumber);
    if (epoch == null) {
      return;
    }
    parity.onAsked(1 + offsets.remaining() / Short.BYTES);
    resend(now, epoch, first);
    while (offsets.hasRemaining()) {
      resend(now, epoch, first + (offsets.getShort() & 0xffff));
    }
  }

  private void resend(long now, Epoch epoch, long counter) {
    ByteBuffer packet = epoch.kept().find(now, counter);
    long bytes =
        packet == null ? 0 : (long) packet.remaining() * session.copies(packet.remaining());
    if (bytes == 0 || !budget.spend(bytes)) {
      figures.unanswered++;
      return;
    }
    figures.resent++;
    figures.spentBytes += bytes;
    // A queue that is congested must be able to drop it: it is in place of one that was (RFC 3168,
    // section 6.1.5).
    int dscp = epoch.kept().trafficClass(counter) & TrafficClass.DSCP;
    session.forEachCarrying(packet.remaining(), path -> path.transmit(packet, dscp));
  }

  long nextTimer() {
    return Math.min(markNanos, checkNanos);
  }

  void onTimer(long now) {
    if (now >= markNanos) {
      marks++;
      sinceMark = 0;
      markNanos = marks < MARKS && isLosing() ? now + 4 * pauseNanos() : NEVER;
      mark(session.epochs().current());
    }
    if (now >= checkNanos) {
      boolean isIdle = session.epochs().forgetSent(now);
      checkNanos = isIdle ? NEVER : now + CoreLimits.RESEND_NANOS;
    }
  }

  /** Marks an epoch's last packet; not with what an answer may need. */
  private void mark(Epoch epoch) {
    if (budget.leftBytes() < CoreLimits.REPAIR_SAVED_BYTES / 2) {
      return;
    }
    long highest = epoch.sent().count() - 1;
    session.forEachCarrying(
        PathFrames.MARK_BYTES,
        path -> {
          int bytes = path.mark(epoch.number(), highest);
          budget.spend(bytes);
          figures.spentBytes += bytes;
        });
  }
}
