package dev.mptunnel.core;

/**
 * How many bytes may be spent on repair: a share of those that are carried, saved up to a limit, so
 * that repair never adds more than that share to what the paths have to carry.
 */
final class RepairBudget {

  private final double share;
  private double leftBytes;

  /**
   * A budget that is full.
   *
   * @param share of the bytes carried, 0 to 1
   */
  RepairBudget(double share) {
    this.share = share;
    leftBytes = share > 0 ? CoreLimits.REPAIR_SAVED_BYTES : 0;
  }

  /** So many bytes were carried. */
  void earn(long bytes) {
    leftBytes = Math.min(CoreLimits.REPAIR_SAVED_BYTES, leftBytes + share * bytes);
  }

  /** What may be spent now. */
  double leftBytes() {
    return leftBytes;
  }

  /** Spends so many bytes. @return false if there are not so many, and none was spent */
  boolean spend(long bytes) {
    if (bytes > leftBytes) {
      return false;
    }
    leftBytes -= bytes;
    return true;
  }
}
