package dev.mptunnel.bridge;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Who is relayed where. Knows no socket and no clock.
 *
 * <p>The source of a datagram can be forged, the server's answer cannot be had by forging it. So an
 * entry that the server has answered is <em>proven</em>; until then it lives a few seconds in a
 * table of its own, where the oldest makes room for the newest: a flood of forged sources evicts
 * other strangers and no client.
 *
 * <p>An entry is for one client <em>and</em> one server: a client that comes back under another
 * session id gets another entry when that belongs to another server, and a forger who sends one
 * under a client's address changes nothing for that client.
 *
 * @param <S> what the owner keeps with an entry: its socket
 */
final class RelayTable<S> {

  private static final long NO_TIME = Long.MAX_VALUE;
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final RelayLimits limits;
  private final ClientRoom.Share room;
  private final int listeners;
  private final List<Map<InetSocketAddress, RelayEntry<S>>> entries = new ArrayList<>();
  private final RelayEntry.Queue<S> proven = new RelayEntry.Queue<>();
  private final RelayEntry.Queue<S> unproven = new RelayEntry.Queue<>();
  private final Queue<RelayEntry<S>> removed = new ArrayDeque<>();

  private boolean budgetStarted;
  private long budgetNanos;
  private long budgetAtNanos;

  private long evictedProven;
  private long evictedUnproven;
  private long expiredProven;
  private long expiredUnproven;
  private long overRate;

  /** A table that is the only one. */
  RelayTable(RelayLimits limits, int listeners, int servers) {
    this(limits, new ClientRoom(limits.maxClients()).newShare(() -> {}), listeners, servers);
  }

  /**
   * One of several tables.
   *
   * @param room for entries that a server has answered, over all of them
   */
  RelayTable(RelayLimits limits, ClientRoom.Share room, int listeners, int servers) {
    this.limits = limits;
    this.room = room;
    this.listeners = listeners;
    makeRoomFor(servers - 1);
  }

  /** There may be a server of this number. */
  void makeRoomFor(int server) {
    while (entries.size() < (server + 1) * listeners) {
      entries.add(new HashMap<>());
    }
  }

  /** Removes all entries of a server, whose number may come to mean another. */
  void removeServer(int server) {
    for (int listener = 0; listener < listeners; listener++) {
      List.copyOf(map(listener, server).values()).forEach(this::remove);
    }
  }

  private Map<InetSocketAddress, RelayEntry<S>> map(int listener, int server) {
    return entries.get(server * listeners + listener);
  }

  /**
   * A client sent something for a server.
   *
   * @return the entry, with a null socket if it is new; or null if too many are new
   */
  RelayEntry<S> onClient(long nowNanos, int listener, int server, InetSocketAddress client) {
    Map<InetSocketAddress, RelayEntry<S>> map = map(listener, server);
    RelayEntry<S> entry = map.get(client);
    if (entry != null) {
      touch(nowNanos, entry);
      return entry;
    }
    if (!takeFromBudget(nowNanos)) {
      overRate++;
      return null;
    }
    if (unproven.size() >= limits.maxUnproven()) {
      evictedUnproven++;
      remove(unproven.oldest());
    }
    entry = new RelayEntry<>(listener, server, client);
    unproven.add(entry, nowNanos);
    map.put(client, entry);
    return entry;
  }

  /** The server answered the entry. */
  void onServer(long nowNanos, RelayEntry<S> entry) {
    if (entry.proven) {
      touch(nowNanos, entry);
      return;
    }
    unproven.remove(entry);
    while (!room.take()) {
      if (proven.size() == 0 || !room.hasItsPart()) {
        room.takeFromOthers();
        break;
      }
      evictOldest();
    }
    entry.proven = true;
    proven.add(entry, nowNanos);
  }

  /** Another table needs the room of an entry that a server has answered. */
  void giveUpOldest() {
    if (proven.size() > 0) {
      evictOldest();
    }
  }

  private void evictOldest() {
    evictedProven++;
    remove(proven.oldest());
  }

  private void touch(long nowNanos, RelayEntry<S> entry) {
    if (entry.proven) {
      proven.remove(entry);
      proven.add(entry, nowNanos);
    }
  }

  /** A budget of one second is {@code newPerSecond} entries. */
  private boolean takeFromBudget(long nowNanos) {
    long priceNanos = SECOND_NANOS / limits.newPerSecond();
    long fullNanos = priceNanos * limits.maxUnproven();
    if (budgetStarted) {
      budgetNanos = Math.min(fullNanos, budgetNanos + (nowNanos - budgetAtNanos));
    } else {
      budgetStarted = true;
      budgetNanos = fullNanos;
    }
    budgetAtNanos = nowNanos;
    if (budgetNanos < priceNanos) {
      return false;
    }
    budgetNanos -= priceNanos;
    return true;
  }

  /** Removes the entries whose time is over. */
  void onTimer(long nowNanos) {
    while (isOver(nowNanos, unproven.oldest(), limits.unprovenNanos())) {
      expiredUnproven++;
      remove(unproven.oldest());
    }
    while (isOver(nowNanos, proven.oldest(), limits.idleNanos())) {
      expiredProven++;
      remove(proven.oldest());
    }
  }

  private static boolean isOver(long nowNanos, RelayEntry<?> entry, long lifeNanos) {
    return entry != null && nowNanos - entry.sinceNanos >= lifeNanos;
  }

  /** How long from now {@link #onTimer} is due, in nanoseconds, or a negative number for never. */
  long untilTimerNanos(long nowNanos) {
    long next =
        Math.min(
            untilOver(nowNanos, unproven.oldest(), limits.unprovenNanos()),
            untilOver(nowNanos, proven.oldest(), limits.idleNanos()));
    return next == NO_TIME ? -1 : next;
  }

  private static long untilOver(long nowNanos, RelayEntry<?> entry, long lifeNanos) {
    return entry == null ? NO_TIME : Math.max(0, entry.sinceNanos + lifeNanos - nowNanos);
  }

  /** Removes the entry; its owner is told by {@link #pollRemoved} like of any other. */
  void remove(RelayEntry<S> entry) {
    if (entry.proven) {
      proven.remove(entry);
      room.giveBack();
    } else {
      unproven.remove(entry);
    }
    map(entry.listener, entry.server).remove(entry.client);
    removed.add(entry);
  }

  /** An entry that is no longer in the table, whose socket is to be closed; or null. */
  RelayEntry<S> pollRemoved() {
    return removed.poll();
  }

  int proven() {
    return proven.size();
  }

  int unproven() {
    return unproven.size();
  }

  /** Proven entries that made room for newer ones. */
  long evictedProven() {
    return evictedProven;
  }

  long evictedUnproven() {
    return evictedUnproven;
  }

  long expiredProven() {
    return expiredProven;
  }

  long expiredUnproven() {
    return expiredUnproven;
  }

  /** Datagrams of strangers that were dropped because too many came at once. */
  long overRate() {
    return overRate;
  }
}
