package dev.mptunnel.core;

import java.net.InetSocketAddress;

/**
 * A path's figures at one moment, since the session began.
 *
 * @param id the path's number in its session
 * @param name what the configuration calls it, or a name made from its number
 * @param remote where it leads, or null where that is unknown
 * @param up whether it answers, or has not yet had the time to, and so carries data
 * @param mtuBytes the longest IP packet that it carries from us to the peer; 0: not known
 * @param carriesEcn whether marks of congestion (ECN) reach the peer on it, and are heeded
 * @param sent packets sent on it
 * @param received packets that arrived on it, copies included
 * @param sentBytes of UDP payload
 * @param receivedBytes the same
 * @param out what was lost from us to the peer
 * @param in what was lost from the peer to us
 * @param smoothedRttNanos the round trip, smoothed; 0: not measured
 * @param roundTrips all that were measured
 * @param recent those that were measured since somebody asked for them last, who alone is told
 * @param wins DATA packets that arrived here first
 * @param saves DATA packets that arrived here alone
 */
public record PathReport(
    int id,
    String name,
    InetSocketAddress remote,
    State state,
    boolean up,
    int mtuBytes,
    boolean carriesEcn,
    long sent,
    long received,
    long sentBytes,
    long receivedBytes,
    LossTotals out,
    LossTotals in,
    long smoothedRttNanos,
    RoundTrips roundTrips,
    RoundTrips recent,
    long wins,
    long saves) {

  /** How a path is. */
  public enum State {
    /** It leads nowhere: its name is not resolved, or the client is not there any more. */
    UNRESOLVED,
    /** It has not answered yet. */
    NEW,
    UP,
    /** It answers, but carries too short packets for data. */
    NARROW,
    DOWN,
    /** It carries no data, since the end that opened the session wants it so. */
    PAUSED
  }

  /** The share lost, 0 to 1, from us to the peer; NaN: not measured. */
  public double lossOut() {
    return out.share();
  }

  /** The share lost, 0 to 1, from the peer to us; NaN: not measured. */
  public double lossIn() {
    return in.share();
  }

  /** The median round trip in microseconds; 0: not measured. */
  public long rttP50Micros() {
    return roundTrips.p50Micros();
  }

  /** The round trip that 99 of 100 stay under. */
  public long rttP99Micros() {
    return roundTrips.p99Micros();
  }
}
