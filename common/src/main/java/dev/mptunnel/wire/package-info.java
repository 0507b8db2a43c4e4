/**
 * Every packet and frame: types, sizes, limits, offsets, bit diagrams, and codecs over plain
 * buffers. No state, no socket, no clock.
 */
package dev.mptunnel.wire;
