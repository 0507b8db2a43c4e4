package dev.mptunnel.wire;

/** Sizes that both ends must agree on. */
public final class Limits {

  /** The largest UDP payload over IPv4: 65,535 less 20 of IP and 8 of UDP. */
  public static final int MAX_PACKET_BYTES = 65_507;

  /** Paths that one session may have; path ids are below this. */
  public static final int MAX_PATHS = 32;

  /** Flow ids are below this. */
  public static final int MAX_FLOW_IDS = 1 << 16;

  private Limits() {}
}
