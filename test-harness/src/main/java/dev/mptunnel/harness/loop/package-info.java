/**
 * One thread with UDP sockets and precise timers, for the emulator and the load; the JDK's channels
 * only, so that what is tested never tests itself.
 */
package dev.mptunnel.harness.loop;
