package dev.mptunnel.stream;

import java.util.List;
import java.util.Map;

/**
 * The figures of one end's tunnels and connections.
 *
 * @param connections that there are now
 * @param opened that there were in all
 * @param keptBytes in memory of all connections, both ways
 * @param duplicatedBytes that went out a second time since a tunnel idled while they were late
 * @param broken tunnels that were ended since what came on them was not what it should be
 * @param strangers TCP connections that were to be tunnels and never came into the session
 * @param oldest of the connections, those that have been open longest
 * @param dialled what all tunnels that this end dialled by a name have carried, ended ones too
 */
public record TunnelReport(
    List<Row> tunnels,
    int connections,
    long opened,
    long keptBytes,
    long duplicatedBytes,
    long broken,
    long strangers,
    List<Open> oldest,
    Map<String, Bytes> dialled) {

  public TunnelReport {
    tunnels = List.copyOf(tunnels);
    oldest = List.copyOf(oldest);
    dialled = Map.copyOf(dialled);
  }

  /** Of an end that has none. */
  public static final TunnelReport NONE =
      new TunnelReport(List.of(), 0, 0, 0, 0, 0, 0, List.of(), Map.of());

  /** Whether there is anything to tell. */
  public boolean isEmpty() {
    return tunnels.isEmpty() && opened == 0;
  }

  /** What tunnels dialled to a bridge have carried: they have its name, or that and a number. */
  public Bytes over(String bridge) {
    Bytes sum = Bytes.NONE;
    for (var each : dialled.entrySet()) {
      if (each.getKey().equals(bridge) || each.getKey().startsWith(bridge + "/")) {
        sum = sum.plus(each.getValue());
      }
    }
    return sum;
  }

  /** Bytes both ways, as they travel in TCP. */
  public record Bytes(long sent, long received) {

    /** None. */
    public static final Bytes NONE = new Bytes(0, 0);

    /** Of two together. */
    public Bytes plus(Bytes other) {
      return new Bytes(sent + other.sent, received + other.received);
    }
  }

  /**
   * A connection's figures.
   *
   * @param target the name of the target, or the destination, that it leads to; empty for the fixed
   *     target
   * @param ageNanos how long ago it was opened
   * @param writtenBytes taken from its application at this end
   * @param readBytes that it took
   */
  public record Open(int id, String target, long ageNanos, long writtenBytes, long readBytes) {}

  /**
   * A tunnel's figures.
   *
   * @param stalled whether it does not answer
   * @param responseMicros within which time it usually answers, or 0 where that is not known
   * @param bytesPerSecond at which it brought things lately when it was busy, or 0
   * @param underWayBytes sent, and not known to have arrived
   * @param sentBytes of all, as they travel in TCP
   * @param resentBytes that went out again elsewhere since this one did not bring them
   * @param idleNanos how long it had nothing to do while others had something under way
   */
  public record Row(
      String name,
      boolean stalled,
      long responseMicros,
      long bytesPerSecond,
      long underWayBytes,
      long sentBytes,
      long receivedBytes,
      long resentBytes,
      long idleNanos) {}
}
