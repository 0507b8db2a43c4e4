package dev.mptunnel.core;

import dev.mptunnel.wire.TunnelSecret;

/**
 * What tunnels join a session with. May be handed to another thread.
 *
 * @param epoch the number of the session's epoch that the secret belongs to
 */
public record TunnelKey(long sessionId, int epoch, TunnelSecret secret) {}
