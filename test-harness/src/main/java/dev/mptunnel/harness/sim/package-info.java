/**
 * A seeded world in simulated time: nodes, addresses, links, and a trace of what they exchanged.
 */
package dev.mptunnel.harness.sim;
