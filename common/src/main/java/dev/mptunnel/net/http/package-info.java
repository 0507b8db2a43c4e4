/** Who looks at a program is answered here: over HTTP, and by a Unix socket. */
package dev.mptunnel.net.http;
