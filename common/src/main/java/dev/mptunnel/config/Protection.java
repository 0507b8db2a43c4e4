package dev.mptunnel.config;

/** What a tunnel's packets are protected by. */
public enum Protection {

  /** Check sums: accidents are noticed, somebody who forges packets is not. */
  PLAIN,

  /**
   * Sealed, with a secret that everybody knows: nobody who only listens learns anything, but anyone
   * may come, and whoever can change packets may pose as the other end.
   */
  OPPORTUNISTIC,

  /** Sealed, with a secret that the user set. */
  KEYED
}
