package dev.mptunnel.harness.tunnel;

import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.load.Gate;
import dev.mptunnel.harness.load.PathLedger;
import dev.mptunnel.harness.load.Reception;

/**
 * Holds a stream back until those before have come to the lines, and what the lines let through has
 * arrived. Unlike an {@link dev.mptunnel.harness.load.OutstandingLimit} it takes nothing for lost
 * that is only late, so that no socket's buffer overflows however slow the machine is.
 */
final class LedgerLimit implements Gate {

  /** Of three copies each, well below what a socket buffer holds. */
  private static final int MAX_BEFORE_LINES = 300;

  private static final int MAX_BEHIND_LINES = 700;

  private final PathLedger ledger;
  private final Direction direction;
  private final int stream;
  private final Reception reception;

  LedgerLimit(PathLedger ledger, Direction direction, int stream, Reception reception) {
    this.ledger = ledger;
    this.direction = direction;
    this.stream = stream;
    this.reception = reception;
  }

  @Override
  public boolean opens(int sequence, long nowNanos) {
    return sequence - ledger.offeredCount(direction, stream) < MAX_BEFORE_LINES
        && ledger.passedCount(direction, stream) - reception.distinct() < MAX_BEHIND_LINES;
  }
}
