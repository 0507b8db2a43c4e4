/** In which order, and when, the addresses of a name are dialled. Sans-IO. */
package dev.mptunnel.dial;
