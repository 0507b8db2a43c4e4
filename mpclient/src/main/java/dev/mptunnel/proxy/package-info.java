/**
 * What an application says to a proxy before its bytes begin, and what it is answered: SOCKS5 (RFC
 * 1928, RFC 1929), SOCKS4 and 4a, HTTP CONNECT (RFC 9110, section 9.3.6). Netty's codecs read and
 * write it; no socket is here.
 */
package dev.mptunnel.proxy;
