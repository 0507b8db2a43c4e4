/**
 * Benchmarks of single parts, by JMH: {@code ./mptunnel bench NAME}. What a whole tunnel does is
 * for the labs.
 */
package dev.mptunnel.harness.bench;
