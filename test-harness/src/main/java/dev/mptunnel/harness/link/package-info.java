/** One direction of a bad line as pure arithmetic: no socket, no thread, no clock. */
package dev.mptunnel.harness.link;
