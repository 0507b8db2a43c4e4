/** Engines and the driver: the only package that touches sockets, threads and the clock. */
package dev.mptunnel.net;
