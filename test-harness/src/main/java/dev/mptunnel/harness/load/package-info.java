/**
 * Applications for tests: paced streams of datagrams that prove on arrival whose they are and that
 * nothing happened to them.
 */
package dev.mptunnel.harness.load;
