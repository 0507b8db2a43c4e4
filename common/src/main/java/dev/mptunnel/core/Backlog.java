package dev.mptunnel.core;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Datagrams that came before the session had a path, kept for a moment so that the first one, often
 * a handshake of its own that is repeated only after seconds, is not lost. The oldest goes first.
 */
final class Backlog {

  private record Entry(long atNanos, Flow flow, ByteBuffer payload, int trafficClass) {}

  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private int bytes;

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Keeps a copy. @return how many older ones were dropped for it */
  int add(long now, Flow flow, ByteBuffer payload, int trafficClass) {
    ByteBuffer copy = ByteBuffer.allocate(payload.remaining()).put(payload).flip();
    entries.add(new Entry(now, flow, copy, trafficClass));
    bytes += copy.remaining();
    int dropped = 0;
    while (entries.size() > CoreLimits.BACKLOG_DATAGRAMS || bytes > CoreLimits.BACKLOG_BYTES) {
      poll();
      dropped++;
    }
    return dropped;
  }

  /** Sends what is not too old, in order, and is empty then. @return how many were too old */
  int drain(long now, Session session) {
    int dropped = 0;
    while (!entries.isEmpty()) {
      Entry entry = poll();
      if (now - entry.atNanos() > CoreLimits.BACKLOG_NANOS) {
        dropped++;
      } else {
        session.send(now, entry.flow(), entry.payload(), entry.trafficClass());
      }
    }
    return dropped;
  }

  private Entry poll() {
    Entry entry = entries.remove();
    bytes -= entry.payload().capacity();
    return entry;
  }
}
