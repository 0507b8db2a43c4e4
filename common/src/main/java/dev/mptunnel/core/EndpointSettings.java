package dev.mptunnel.core;

import java.time.Duration;

/**
 * How an {@link Endpoint} behaves.
 *
 * @param acceptsSessions whether peers may open sessions with us
 * @param ping how often a path is asked for an answer while datagrams flow
 * @param pingIdle the same while none do
 * @param pathTimeout after how long without an answer a path is down
 * @param flowTimeout after how long without a datagram a flow is forgotten
 * @param sessionTimeout after how long without a packet a session that the peer opened is forgotten
 * @param maxFlows flows per session
 * @param maxSessions sessions that peers may have open at once
 */
public record EndpointSettings(
    boolean acceptsSessions,
    Duration ping,
    Duration pingIdle,
    Duration pathTimeout,
    Duration flowTimeout,
    Duration sessionTimeout,
    int maxFlows,
    int maxSessions) {

  /** The defaults of an end that opens sessions, or of one that accepts them. */
  public static EndpointSettings defaults(boolean acceptsSessions) {
    return new EndpointSettings(
        acceptsSessions,
        Duration.ofMillis(250),
        Duration.ofSeconds(5),
        Duration.ofSeconds(2),
        Duration.ofMinutes(5),
        Duration.ofSeconds(60),
        256,
        1024);
  }
}
