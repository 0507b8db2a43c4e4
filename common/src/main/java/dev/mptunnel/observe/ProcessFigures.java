package dev.mptunnel.observe;

/**
 * What the process takes of the machine; -1 where that is not known.
 *
 * @param cpuNanos processor time since its start
 * @param openFiles file descriptors
 */
public record ProcessFigures(
    long heapUsedBytes,
    long heapMaxBytes,
    long cpuNanos,
    long openFiles,
    long maxOpenFiles,
    int threads) {}
