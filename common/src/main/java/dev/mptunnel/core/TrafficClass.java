package dev.mptunnel.core;

/**
 * The byte of the IP header by which networks treat a packet: six bits say how (DSCP, RFC 2474),
 * and two carry explicit congestion notification (ECN, RFC 3168). What a datagram had when we were
 * given it is the inner one, what a packet of ours has on its way the outer one.
 */
public final class TrafficClass {

  /** The bits of the code point of differentiated services. */
  public static final int DSCP = 0xfc;

  /** The bits of ECN. */
  public static final int ECN = 0x03;

  /** ECN: whoever sent it does not heed marks, so that congested queues drop it. */
  public static final int NOT_ECT = 0;

  /** ECN: its sender heeds marks, as L4S means them (RFC 9331). */
  public static final int ECT_1 = 1;

  /** ECN: its sender heeds marks. */
  public static final int ECT_0 = 2;

  /** ECN: it came through a congested queue. */
  public static final int CE = 3;

  private TrafficClass() {}

  /**
   * Whether a packet that came so is to be dropped: a queue that should have dropped it marked it,
   * and whoever sent the datagram would not heed the mark.
   */
  static boolean isDropped(int inner, int outer) {
    return (outer & ECN) == CE && (inner & ECN) == NOT_ECT;
  }

  /**
   * What a datagram leaves with whose packet came so (RFC 6040, section 4.2): its own DSCP, since
   * networks on the way may have changed the outer one, and its own ECN unless it is one that the
   * network has changed.
   */
  static int decapsulated(int inner, int outer) {
    int own = inner & ECN;
    int met = outer & ECN;
    boolean isChanged = met == CE || (met == ECT_1 && own == ECT_0);
    return isChanged && own != NOT_ECT && own != CE ? (inner & DSCP) | met : inner;
  }
}
