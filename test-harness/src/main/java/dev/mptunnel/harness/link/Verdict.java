package dev.mptunnel.harness.link;

/** What a link did with one packet that was offered to it. */
public enum Verdict {
  /** At least one intact copy arrives. */
  DELIVERED,
  /** Longer than the link's MTU. */
  TOO_BIG,
  /** Lost at random, on its own or in a burst. */
  LOST,
  /** Offered while the link was down. */
  DOWN,
  /** The queue before the link's rate was full. */
  QUEUE_FULL,
  /** It arrives, but damaged: its content is lost. */
  CORRUPTED;

  /** Whether the content gets through. */
  public boolean delivered() {
    return this == DELIVERED;
  }
}
