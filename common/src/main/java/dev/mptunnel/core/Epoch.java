package dev.mptunnel.core;

import dev.mptunnel.wire.PacketProtection;

/** What holds between one handshake and the next: protection, counters, and what has been taken. */
final class Epoch {

  private final int number;
  private final PacketProtection protection;
  private final CounterWindow window = new CounterWindow(CoreLimits.DATA_WINDOW);
  private final CopyLedger ledger = new CopyLedger(CoreLimits.DATA_WINDOW);
  private long nextCounter;

  Epoch(int number, PacketProtection protection) {
    this.number = number;
    this.protection = protection;
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

  /** A counter for a DATA packet, used once. */
  long takeCounter() {
    return nextCounter++;
  }

  /** How many DATA packets have been sent, to however many paths. */
  long sent() {
    return nextCounter;
  }
}
