package dev.mptunnel.api;

import java.time.Duration;

/**
 * A way that datagrams take: all of them take all ways.
 *
 * @param name what the log calls it
 * @param up whether it answers, and so carries datagrams
 * @param roundTrip the median; zero where it was not measured
 * @param sentPackets that went out on it
 * @param receivedPackets that came in on it, copies included
 * @param lossOut the share, 0 to 1, that is lost from here to the peer; NaN where not measured
 * @param lossIn the share that is lost from the peer to here; NaN where not measured
 */
public record PathStatistics(
    String name,
    boolean up,
    Duration roundTrip,
    long sentPackets,
    long receivedPackets,
    double lossOut,
    double lossIn) {}
