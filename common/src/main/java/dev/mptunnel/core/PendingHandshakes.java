package dev.mptunnel.core;

import dev.mptunnel.wire.PlainProtection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Handshakes that a responder has answered. An INIT may be a replay, so it changes nothing but this
 * table: the session moves only when a packet opens under the new epoch. Copies of an INIT, which
 * every path brings, get the same answer.
 *
 * <p>Bounded for each session and in all; the oldest goes first.
 */
final class PendingHandshakes {

  /** An answered handshake. */
  record Pending(
      long sessionId,
      long initiatorIncarnation,
      long responderIncarnation,
      Epoch epoch,
      long answeredNanos) {}

  private final RandomGenerator random;
  private final EndpointCounters counters;
  private final LongMap<List<Pending>> bySession = new LongMap<>();
  private final ArrayDeque<Pending> byAge = new ArrayDeque<>();

  PendingHandshakes(RandomGenerator random, EndpointCounters counters) {
    this.random = random;
    this.counters = counters;
  }

  /** The answer to an INIT: the one given before, or a new one. */
  Pending answer(long now, long sessionId, int epoch, long initiatorIncarnation) {
    expire(now);
    List<Pending> ofSession = of(sessionId);
    for (Pending pending : ofSession) {
      if (pending.initiatorIncarnation() == initiatorIncarnation
          && pending.epoch().number() == epoch) {
        return pending;
      }
    }
    if (ofSession.size() >= CoreLimits.MAX_PENDING_PER_SESSION) {
      evict(ofSession.get(0));
    } else if (byAge.size() >= CoreLimits.MAX_PENDING_HANDSHAKES) {
      evict(byAge.getFirst());
    }
    long responderIncarnation = random.nextLong();
    Epoch answered =
        new Epoch(epoch, new PlainProtection(initiatorIncarnation, responderIncarnation));
    Pending pending =
        new Pending(sessionId, initiatorIncarnation, responderIncarnation, answered, now);
    byAge.add(pending);
    List<Pending> grown = bySession.get(sessionId);
    if (grown == null) {
      grown = new ArrayList<>(1);
      bySession.put(sessionId, grown);
    }
    grown.add(pending);
    return pending;
  }

  /** A session's answered handshakes, oldest first. */
  List<Pending> of(long sessionId) {
    List<Pending> found = bySession.get(sessionId);
    return found == null ? List.of() : found;
  }

  /** The session has moved to this one: a packet that comes late must not move it there again. */
  void confirm(Pending pending) {
    byAge.remove(pending);
    forget(pending);
  }

  private void evict(Pending pending) {
    counters.handshakesEvicted++;
    byAge.remove(pending);
    forget(pending);
  }

  private void expire(long now) {
    while (!byAge.isEmpty()
        && now - byAge.getFirst().answeredNanos() > CoreLimits.PENDING_LIFETIME_NANOS) {
      forget(byAge.remove());
    }
  }

  private void forget(Pending pending) {
    List<Pending> ofSession = bySession.get(pending.sessionId());
    ofSession.remove(pending);
    if (ofSession.isEmpty()) {
      bySession.remove(pending.sessionId());
    }
  }
}
