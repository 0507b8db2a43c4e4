package dev.mptunnel.core;

import java.util.List;

/**
 * A session's figures at one moment.
 *
 * @param sessionId the session
 * @param clientName the client that opened it, where it has a name; null otherwise
 * @param open whether a handshake has succeeded and the peer has not closed since
 * @param flows flows open now
 * @param roomBytes the longest datagram that its paths carry in one packet; 0: not known
 * @param fragmented datagrams taken that were longer, and so went in pieces
 * @param datagramsIn datagrams taken from applications or targets
 * @param datagramsOut datagrams delivered to them
 * @param duplicates copies that arrived after the first one
 * @param out what of our packets reached the peer on no path
 * @param in the same of what the peer sent
 * @param paths the paths, in the order of their ids
 * @param repair what was done about packets that all paths lost
 * @param shared which paths lose the same of what the peer sends, or are slow at the same times
 */
public record SessionReport(
    long sessionId,
    String clientName,
    boolean open,
    int flows,
    int roomBytes,
    long fragmented,
    long datagramsIn,
    long datagramsOut,
    long duplicates,
    LossTotals out,
    LossTotals in,
    List<PathReport> paths,
    RepairReport repair,
    List<Shared> shared) {

  /** The share lost, 0 to 1, of what we sent; NaN: unknown. */
  public double lossOut() {
    return out.share();
  }

  /** The share lost, 0 to 1, of what the peer sent; NaN: unknown. */
  public double lossIn() {
    return in.share();
  }

  /** What shows that two paths share a bottleneck. */
  public enum Sign {
    /** They lose the same packets. */
    LOSS,
    /** They are slow at the same times. */
    DELAY
  }

  /**
   * Two paths that share a bottleneck.
   *
   * @param one the number of the one, the lower
   * @param share by loss, how much of what the one loses that loses less, 0 to 1, the other loses
   *     too; by delay, the correlation of their delays
   */
  public record Shared(
      int one, int other, String oneName, String otherName, Sign sign, double share) {}
}
