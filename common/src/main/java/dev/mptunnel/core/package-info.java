/**
 * The sans-IO engine. No socket, no thread, no clock, no global randomness: time is an argument,
 * randomness is given to the constructor, effects leave through an Output. ArchitectureTest keeps
 * it so.
 */
package dev.mptunnel.core;
