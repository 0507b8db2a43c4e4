package dev.mptunnel.wire;

/** Sizes that both ends must agree on. */
public final class Limits {

  /** The largest UDP payload over IPv4: 65,535 less 20 of IP and 8 of UDP. */
  public static final int MAX_PACKET_BYTES = 65_507;

  /** The longest packet that a path must carry to be of use (RFC 9000, section 14). */
  public static final int MIN_PATH_PACKET_BYTES = 1_200;

  /** What IPv4 and UDP add to a packet. */
  public static final int IPV4_UDP_BYTES = 28;

  /** What IPv6 and UDP add to a packet. */
  public static final int IPV6_UDP_BYTES = 48;

  /** Paths that one session may have; path ids are below this. */
  public static final int MAX_PATHS = 32;

  /** Flow ids are below this. */
  public static final int MAX_FLOW_IDS = 1 << 16;

  /** Flows with ids below this lead to the fixed target, all others to one that has a name. */
  public static final int FIRST_NAMED_FLOW = 1 << 15;

  /** Flows that a session may have at once: as many ids as there are of one kind. */
  public static final int MAX_FLOWS = FIRST_NAMED_FLOW;

  private Limits() {}
}
