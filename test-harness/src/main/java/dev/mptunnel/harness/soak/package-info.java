/**
 * The soak: real programs under a steady load for an hour, with a fault every few seconds, and a
 * ledger of what was promised.
 */
package dev.mptunnel.harness.soak;
