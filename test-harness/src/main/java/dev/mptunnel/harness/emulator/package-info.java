/** A bad line for real sockets in user space: a UDP relay that drops, delays and damages. */
package dev.mptunnel.harness.emulator;
