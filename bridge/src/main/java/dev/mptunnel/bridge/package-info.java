/**
 * The relay on a cheap VPS: forwards datagrams unread and unchanged, holds no keys and is never
 * trusted. {@link dev.mptunnel.bridge.RelayTable} and {@link dev.mptunnel.bridge.Rendezvous} decide
 * and know no sockets; {@link dev.mptunnel.bridge.Relay} has them.
 */
package dev.mptunnel.bridge;
