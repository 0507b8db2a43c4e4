/**
 * Benchmarks of single parts, by JMH: {@code ./mptunnel bench jmh NAME}. What a whole tunnel does
 * is for {@code bench}.
 */
package dev.mptunnel.harness.micro;
