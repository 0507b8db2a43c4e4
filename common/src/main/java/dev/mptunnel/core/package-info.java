/**
 * The sans-IO engine. No socket, no thread, no clock, no global randomness: time is an argument,
 * randomness is given to the constructor, effects leave through {@link dev.mptunnel.core.Output}.
 * An architecture test keeps it so.
 */
package dev.mptunnel.core;
