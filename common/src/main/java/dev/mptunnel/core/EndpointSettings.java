package dev.mptunnel.core;

import java.util.concurrent.TimeUnit;

/**
 * How an {@link Endpoint} behaves. Times are in nanoseconds.
 *
 * @param acceptsSessions whether peers may open sessions with us
 * @param pingNanos how often a path is asked for an answer while datagrams flow
 * @param pingIdleNanos the same while none do
 * @param pathTimeoutNanos after how long without an answer a path is down
 * @param flowTimeoutNanos after how long without a datagram a flow is forgotten
 * @param sessionTimeoutNanos after how long without a packet a session that the peer opened is
 *     forgotten
 * @param maxFlows flows per session
 * @param maxSessions sessions that peers may have open at once
 */
public record EndpointSettings(
    boolean acceptsSessions,
    long pingNanos,
    long pingIdleNanos,
    long pathTimeoutNanos,
    long flowTimeoutNanos,
    long sessionTimeoutNanos,
    int maxFlows,
    int maxSessions) {

  /** What the programs default to, for an end that accepts sessions or one that only opens them. */
  public static EndpointSettings defaults(boolean acceptsSessions) {
    return new EndpointSettings(
        acceptsSessions,
        TimeUnit.MILLISECONDS.toNanos(250),
        TimeUnit.SECONDS.toNanos(5),
        TimeUnit.SECONDS.toNanos(3),
        TimeUnit.MINUTES.toNanos(5),
        TimeUnit.SECONDS.toNanos(60),
        256,
        1024);
  }
}
