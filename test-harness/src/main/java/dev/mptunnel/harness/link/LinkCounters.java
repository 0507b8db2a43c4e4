package dev.mptunnel.harness.link;

/**
 * What a link has done so far, in packets; {@code offered} is the sum of the six verdicts.
 *
 * @param duplicates copies beyond the first that were delivered
 * @param heldBack copies that were held back so that others overtake them
 */
public record LinkCounters(
    long offered,
    long delivered,
    long tooBig,
    long lost,
    long down,
    long queueFull,
    long corrupted,
    long duplicates,
    long heldBack) {

  /** Those whose content did not get through, for whatever reason. */
  public long dropped() {
    return offered - delivered;
  }
}
