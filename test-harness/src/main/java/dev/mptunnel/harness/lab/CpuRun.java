package dev.mptunnel.harness.lab;

/**
 * What one round of a {@link CpuBenchmark} showed of one variant.
 *
 * @param variant the name of what ran
 * @param used by mpclient and mpserver, for the datagrams sent in that time
 * @param lost datagrams that did not come out at the other end, the warm-up's included: with any,
 *     the machine was too slow for this load, and the rest is worth little
 */
record CpuRun(String variant, Usage used, long lost) {}
