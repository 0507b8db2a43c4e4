/**
 * Small worlds for the core, each drawn from a seed: a client, a server, bad lines between them,
 * restarts, and an oracle that says of every packet that arrives what must be delivered.
 */
package dev.mptunnel.harness.world;
