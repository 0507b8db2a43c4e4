package dev.mptunnel.api;

import java.time.Duration;

/**
 * What a connection has carried.
 *
 * @param readBytes that were read from it
 * @param writtenBytes that were written to it; the peer need not have them yet
 * @param waitingBytes that were written and are not on their way yet, for want of room
 * @param age since it was opened, or came in
 */
public record ConnectionStatistics(
    long readBytes, long writtenBytes, long waitingBytes, Duration age) {}
