/**
 * Every packet and frame: types, sizes, limits, offsets, bit diagrams, and codecs over plain
 * buffers, in network byte order. No state of a session, no socket, no clock. {@code docs/wire.md}
 * explains the same to someone who writes another implementation.
 */
package dev.mptunnel.wire;
