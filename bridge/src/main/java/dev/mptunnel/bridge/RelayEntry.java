package dev.mptunnel.bridge;

import java.net.InetSocketAddress;

/**
 * A client at a listening port, and the server that its datagrams go to.
 *
 * @param <S> what the owner of the table keeps with it: its socket
 */
final class RelayEntry<S> {

  final int listener;
  final int server;
  final InetSocketAddress client;
  S socket;

  /** When an unproven entry was made; when a proven one last carried something. */
  long sinceNanos;

  boolean proven;
  RelayEntry<S> older;
  RelayEntry<S> newer;

  RelayEntry(int listener, int server, InetSocketAddress client) {
    this.listener = listener;
    this.server = server;
    this.client = client;
  }

  /** Entries in the order of {@link #sinceNanos}. */
  static final class Queue<S> {

    private RelayEntry<S> oldest;
    private RelayEntry<S> newest;
    private int size;

    RelayEntry<S> oldest() {
      return oldest;
    }

    int size() {
      return size;
    }

    void add(RelayEntry<S> entry, long nowNanos) {
      entry.sinceNanos = nowNanos;
      entry.older = newest;
      entry.newer = null;
      if (newest == null) {
        oldest = entry;
      } else {
        newest.newer = entry;
      }
      newest = entry;
      size++;
    }

    void remove(RelayEntry<S> entry) {
      if (entry.older == null) {
        oldest = entry.newer;
      } else {
        entry.older.newer = entry.newer;
      }
      if (entry.newer == null) {
        newest = entry.older;
      } else {
        entry.newer.older = entry.older;
      }
      entry.older = null;
      entry.newer = null;
      size--;
    }
  }
}
