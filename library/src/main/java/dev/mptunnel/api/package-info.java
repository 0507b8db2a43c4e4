/** Both ends of a tunnel, for programs. */
package dev.mptunnel.api;
