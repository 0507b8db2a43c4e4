/**
 * Benchmarks that stay, {@code ./mptunnel bench}: what a datagram costs the programs that carry it,
 * how many they carry without loss, and how late they are; a tunnel of ours beside plain UDP, two C
 * relays, or any command. What single parts cost is for {@code micro}.
 */
package dev.mptunnel.harness.bench;
