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
 * @param lossOut the share, 0 to 1, of what we sent that reached the peer on no path; NaN: unknown
 * @param lossIn the same of what the peer sent
 * @param paths the paths, in the order of their ids
 * @param repair what was done about packets that all paths lost
 * @param shared which paths lose the same of what the peer sends
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
    double lossOut,
    double lossIn,
    List<PathReport> paths,
    RepairReport repair,
    List<Shared> shared) {

  /**
   * Two paths that lose the same packets.
   *
   * @param share how much of what the one loses that loses less, 0 to 1, the other loses too
   */
  public record Shared(Path one, Path other, double share) {}
}
