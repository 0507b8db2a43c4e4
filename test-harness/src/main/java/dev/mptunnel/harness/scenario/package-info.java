/**
 * Scenarios: a text file says what the lines are like, what happens to them and when, and who uses
 * the tunnel over them; the lab plays it.
 */
package dev.mptunnel.harness.scenario;
