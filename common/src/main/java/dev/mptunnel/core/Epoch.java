package dev.mptunnel.core;

import dev.mptunnel.wire.PacketProtection;

/** What holds between one handshake and the next: protection, counters, and what has been taken. */
final class Epoch {

  private final int number;
  private final PacketProtection protection;
  private final long startedNanos;
  private final CounterWindow window;
  private final CopyLedger ledger = new CopyLedger(CoreLimits.DATA_WINDOW);
  private final PathEpoch noPath;
  private final SentCounters sent = new SentCounters();
  private final SentRing kept;
  private final LossDetector losses;

  Epoch(long now, int number, PacketProtection protection, SentRing kept, LossDetector losses) {
    this.number = number;
    this.protection = protection;
    startedNanos = now;
    window = new CounterWindow(CoreLimits.DATA_WINDOW, protection.isAuthentic());
    noPath = new PathEpoch(protection.isAuthentic());
    this.kept = kept;
    this.losses = losses;
  }

  /** When the handshake was done. */
  long startedNanos() {
    return startedNanos;
  }

  /** The counters of PATH packets of no path; see {@link dev.mptunnel.wire.Header#NO_PATH}. */
  PathEpoch noPath() {
    return noPath;
  }

  /** The number that packets name it by, 0 to 255. */
  int number() {
    return number;
  }

  PacketProtection protection() {
    return protection;
  }

  CounterWindow window() {
    return window;
  }

  CopyLedger ledger() {
    return ledger;
  }

  /** The counters of the DATA packets that are sent, to however many paths. */
  SentCounters sent() {
    return sent;
  }

  /** The DATA packets that were sent lately. */
  SentRing kept() {
    return kept;
  }

  /** Which of the peer's DATA packets are missing. */
  LossDetector losses() {
    return losses;
  }

  /** It is forgotten: nothing more is asked for or sent again. */
  void end() {
    kept.clear();
    losses.clear();
  }
}
