package dev.mptunnel.core;

import dev.mptunnel.crypto.Client;
import dev.mptunnel.wire.PacketProtection;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Handshakes that a responder has answered. An INIT may be a replay, so it changes nothing but this
 * table: the session moves only when a packet opens under the new keys. Copies of an INIT, which
 * every path brings, get the same answer.
 *
 * <p>Bounded for each session and in all. Where that is full, only somebody whose source is proven
 * is let in. The oldest from the same host makes room, so that nobody drives others out from where
 * he is; if there is none, the oldest whose source was not proven, then the oldest.
 */
final class PendingHandshakes {

  /**
   * An answered handshake.
   *
   * @param init head and body of the INIT
   * @param response head and body of the RESPONSE
   * @param publicKey the initiator's, or an empty array
   * @param client whom the key belongs to, or null
   * @param source where the INIT said that it is from
   * @param proven whether the INIT's source was known to be where it says
   */
  record Pending(
      long sessionId,
      int epoch,
      byte[] init,
      byte[] response,
      byte[] publicKey,
      Client client,
      PacketProtection protection,
      InetSocketAddress source,
      boolean proven,
      long answeredNanos) {}

  private final int max;
  private final EndpointCounters counters;
  private final Consumer<Pending> onUnconfirmed;
  private final LongMap<List<Pending>> bySession = new LongMap<>();
  private final ArrayDeque<Pending> byAge = new ArrayDeque<>();

  /**
   * @param max how many, over all sessions
   * @param onUnconfirmed told of handshakes that nobody has confirmed in time
   */
  PendingHandshakes(int max, EndpointCounters counters, Consumer<Pending> onUnconfirmed) {
    this.max = max;
    this.counters = counters;
    this.onUnconfirmed = onUnconfirmed;
  }

  int size() {
    return byAge.size();
  }

  /** The handshake that this INIT has begun, or null. */
  Pending find(long sessionId, byte[] init) {
    for (Pending pending : of(sessionId)) {
      if (Arrays.equals(pending.init(), init)) {
        return pending;
      }
    }
    return null;
  }

  /**
   * Whether there is room for one more. One whose source is proven takes the place of another: who
   * only repeats what others sent, from wherever he likes, cannot keep them out.
   */
  boolean hasRoom(long now, long sessionId, boolean proven) {
    expire(now);
    return proven || (hasRoom(of(sessionId)) && byAge.size() < max);
  }

  private static boolean hasRoom(List<Pending> ofSession) {
    return ofSession.size() < CoreLimits.MAX_PENDING_PER_SESSION;
  }

  /** Takes in one for which there is room. */
  void add(Pending pending) {
    List<Pending> ofSession = of(pending.sessionId());
    if (!hasRoom(ofSession)) {
      evict(toMakeRoom(ofSession, pending));
    } else if (byAge.size() >= max) {
      evict(toMakeRoom(byAge, pending));
    }
    byAge.add(pending);
    List<Pending> grown = bySession.get(pending.sessionId());
    if (grown == null) {
      grown = new ArrayList<>(1);
      bySession.put(pending.sessionId(), grown);
    }
    grown.add(pending);
  }

  private static Pending toMakeRoom(Iterable<Pending> oldestFirst, Pending newcomer) {
    long host = StrangerLimits.host(newcomer.source().getAddress());
    Pending unproven = null;
    for (Pending pending : oldestFirst) {
      if (StrangerLimits.host(pending.source().getAddress()) == host) {
        return pending;
      }
      if (unproven == null && !pending.proven()) {
        unproven = pending;
      }
    }
    return unproven != null ? unproven : oldestFirst.iterator().next();
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

  /** Forgets what is too old to be confirmed. */
  void expire(long now) {
    while (!byAge.isEmpty()
        && now - byAge.getFirst().answeredNanos() > CoreLimits.PENDING_LIFETIME_NANOS) {
      Pending old = byAge.remove();
      forget(old);
      onUnconfirmed.accept(old);
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
