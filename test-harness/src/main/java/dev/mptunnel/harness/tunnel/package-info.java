/** The real programs, in this process, on loopback, behind emulated lines. */
package dev.mptunnel.harness.tunnel;
