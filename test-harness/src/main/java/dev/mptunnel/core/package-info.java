/** Benchmarks of what {@code common} keeps to its own package; run by {@code bench jmh}. */
package dev.mptunnel.core;
