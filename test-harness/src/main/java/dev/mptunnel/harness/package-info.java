/** What every part of the harness shares: seeds, so that a random test can be run again. */
package dev.mptunnel.harness;
