package dev.mptunnel.core;

import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.wire.PathFrames;
import java.nio.ByteBuffer;

/**
 * What a session does about packets that all paths lost: asks for the peer's, sends its own again,
 * and knows how long it is worth to wait for one.
 */
final class Repair {

  private final Session session;
  private final RepairSettings settings;
  private final RepairFigures figures = new RepairFigures();
  private final Questions questions;
  private final Resender resender;
  private final PeerClock peerClock = new PeerClock();

  Repair(Context context, Session session) {
    this.session = session;
    settings = context.settings().repairSettings();
    questions = new Questions(session, figures, settings.share());
    resender = new Resender(session, figures, settings.share());
  }

  RepairFigures figures() {
    return figures;
  }

  /** The losses of an epoch that begins. */
  LossDetector newDetector() {
    return new LossDetector(session.paths(), questions);
  }

  /**
   * A new epoch has begun.
   *
   * @param previous the one before, or null
   * @param isKnown whether the peer is the one that it was before
   */
  void startEpoch(Epoch previous, Epoch current, boolean isKnown) {
    resender.startEpoch(previous, current);
    if (!isKnown) {
      session.paths().forEach(path -> path.queue().restart());
    }
  }

  // --- what we send ---

  /** Where the next DATA packet is to be made; see {@link Resender#reserve}. */
  ByteBuffer reserve(long now, Epoch epoch, int bytes) {
    return resender.reserve(now, epoch, bytes);
  }

  void onSent(
      long now, Epoch epoch, long counter, ByteBuffer packet, int trafficClass, int copies) {
    resender.onSent(now, epoch, counter, packet, trafficClass, copies);
  }

  void onAsk(long now, int question, int epochNumber, long first, ByteBuffer offsets) {
    resender.onAsk(now, question, epochNumber, first, offsets);
  }

  // --- what comes ---

  /**
   * The first copy of a DATA packet came.
   *
   * @return whether because it was asked for
   */
  boolean onFirst(long now, Epoch epoch, long counter, Path path, int bytes) {
    questions.onFirst(bytes, session.copies(bytes));
    return epoch
        .losses()
        .onFirst(now, session.arrivedNanos(), counter, epoch.window().highest(), path);
  }

  /** A further copy came. */
  void onCopy(long now, Epoch epoch, long counter, Path path) {
    epoch.losses().onCopy(now, session.arrivedNanos(), counter, path);
  }

  /** A packet that came says when it was sent; see {@link dev.mptunnel.wire.DataFrames}. */
  void onSentTime(long now, Epoch epoch, long counter, Path path, int time) {
    long arrivedNanos = session.arrivedNanos();
    long sentNanos = peerClock.nanos(arrivedNanos, time);
    epoch.losses().onSentTime(now, arrivedNanos, counter, path, sentNanos);
  }

  void onMark(long now, int epochNumber, long highest, Path path) {
    Epoch epoch = session.epochs().find(epochNumber);
    if (epoch != null) {
      epoch.losses().onMark(now, session.arrivedNanos(), highest, path);
    }
  }

  /**
   * Half of a parity came; for the fields see {@link PathFrames}.
   *
   * @return what it brings back, or null
   */
  ParityGroups.Rebuilt onParity(
      long now, Epoch epoch, long first, int lengths, int offset, ByteBuffer bytes) {
    ParityGroups parity = epoch.losses().parity();
    int partBytes = bytes.remaining();
    if (!epoch.losses().isParityOfNow(first) || !parity.add(now, first, lengths, offset, bytes)) {
      return null;
    }
    int packetBytes = session.pathPacketBytes(PathFrames.parityBytes(partBytes));
    questions.onParity(packetBytes, session.copies(packetBytes));
    return parity.rebuild(first);
  }

  /** A DATA packet was put together. */
  void onRebuilt(long now, Epoch epoch, long counter) {
    epoch.losses().onRebuilt(now, counter, epoch.window().highest());
  }

  /** Whether something may yet come that was sent before this packet. */
  boolean isAwaitedBefore(Epoch epoch, long counter) {
    if (epoch.losses().isAwaitedBelow(counter)) {
      return true;
    }
    Epoch before = session.epochs().previous();
    return before != null && before != epoch && before.losses().isAwaitedBelow(Long.MAX_VALUE);
  }

  /**
   * How long a datagram may wait for one before it. By itself: as long as it takes to find out that
   * one is lost and to ask for it as often as is done. What comes later than that is of use to few:
   * OpenVPN takes it for a replay.
   */
  long holdNanos() {
    if (settings.holdNanos() != RepairSettings.HOLD_AUTO) {
      return settings.holdNanos();
    }
    long lagNanos = session.paths().longestLagNanos();
    long untilLost =
        lagNanos + session.paths().shortestRttNanos() / 4 + questions.reorderingNanos();
    long answers = CoreLimits.MAX_QUESTIONS * questions.answerNanos() + lagNanos;
    return Math.min(CoreLimits.LONGEST_HOLD_NANOS, untilLost + answers);
  }

  // --- time ---

  long nextTimer() {
    long next = resender.nextTimer();
    Epoch current = session.epochs().current();
    Epoch previous = session.epochs().previous();
    next = current == null ? next : Math.min(next, current.losses().nextTimer());
    return previous == null ? next : Math.min(next, previous.losses().nextTimer());
  }

  void onTimer(long now) {
    session.epochs().forEach(epoch -> epoch.losses().onTimer(now, epoch.number()));
    resender.onTimer(now);
  }

  /**
   * @param order where datagrams wait
   */
  RepairReport report(InOrder order) {
    return new RepairReport(
        figures.holes,
        figures.asked,
        figures.repaired,
        figures.needless,
        figures.rebuilt,
        figures.givenUp,
        figures.withheld,
        figures.late,
        figures.resent,
        figures.unanswered,
        figures.spentBytes,
        session.paths().sentBytes(),
        order.held(),
        order.heldMicros(50),
        order.heldMicros(99));
  }
}
