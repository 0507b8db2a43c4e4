package dev.mptunnel.api;

import java.time.Duration;

/**
 * A TCP connection that carries a part of all connections.
 *
 * @param name what the log calls it
 * @param stalled whether it does not answer, so that what was under way on it was sent again
 *     elsewhere
 * @param response within which time it usually answers; zero where that is not known
 * @param sentBytes that went out on it, with all that the protocol adds
 * @param receivedBytes that came in on it
 * @param resentBytes that went out again elsewhere, since it did not bring them
 */
public record TunnelStatistics(
    String name,
    boolean stalled,
    Duration response,
    long sentBytes,
    long receivedBytes,
    long resentBytes) {}
