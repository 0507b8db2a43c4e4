package dev.mptunnel.harness.soak;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What came of a soak.
 *
 * @param seconds that counted
 * @param datagrams up and down
 * @param streams the TCP connections
 * @param healing of each kind of fault, how long after each one's end what it had struck was used
 *     again
 * @param unreadByClient packets that the kernel of mpclient's host dropped, since a program did not
 *     come to read them
 * @param unreadByServer the same of mpserver's
 * @param log what the programs said
 */
record SoakOutcome(
    double seconds,
    List<Datagrams> datagrams,
    StreamLoad streams,
    Map<FaultKind, List<Duration>> healing,
    List<WatchedProgram> programs,
    BrokenPromises broken,
    long unreadByClient,
    long unreadByServer,
    LogSummary log) {

  /**
   * What became of the datagrams of one direction.
   *
   * @param lost against the promise
   * @param excused lost as an end was killed
   * @param unread that came out of the tunnel, and that the kernel dropped since the load did not
   *     come to read them
   * @param delayNanos of those that came out
   */
  record Datagrams(
      String way, long sent, long lost, long excused, long unread, Histogram delayNanos) {}

  /** How many faults there were. */
  int faults() {
    return healing.values().stream().mapToInt(List::size).sum();
  }
}
