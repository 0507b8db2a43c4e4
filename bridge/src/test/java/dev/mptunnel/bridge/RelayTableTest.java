package dev.mptunnel.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who keeps his place in the table, and who makes room. Time is simulated. */
final class RelayTableTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final RelayLimits LIMITS = new RelayLimits(4, 60 * SECOND, 8, 5 * SECOND, 1000);

  /** Long.MAX_VALUE is not far: the clock may wrap. */
  private long now = Long.MAX_VALUE - 3 * SECOND;

  private final RelayTable<String> table = new RelayTable<>(LIMITS, 2, 2);

  @Test
  void aClientKeepsItsEntryAndAnotherOneHasItsOwn() {
    RelayEntry<String> alice = table.onClient(now, 0, 0, client(1));
    assertNull(alice.socket, "the owner opens it");
    assertSame(alice, table.onClient(now, 0, 0, client(1)));
    assertNotSame(alice, table.onClient(now, 0, 0, client(2)));
    assertNotSame(alice, table.onClient(now, 1, 0, client(1)), "at another port");
    assertNotSame(alice, table.onClient(now, 0, 1, client(1)), "to another server");
    assertEquals(4, table.unproven());
  }

  @Test
  void whoIsNotAnsweredIsForgottenInFiveSecondsHoweverMuchHeSends() {
    RelayEntry<String> stranger = table.onClient(now, 0, 0, client(1));
    assertEquals(5 * SECOND, table.untilTimerNanos(now));
    now += 4 * SECOND;
    assertSame(stranger, table.onClient(now, 0, 0, client(1)));
    now += SECOND - 1;
    table.onTimer(now);
    assertNull(table.pollRemoved());
    now += 1;
    assertEquals(0, table.untilTimerNanos(now));
    table.onTimer(now);
    assertSame(stranger, table.pollRemoved());
    assertEquals(1, table.expiredUnproven());
    assertEquals(-1, table.untilTimerNanos(now), "nothing to wait for");
  }

  @Test
  void whereOtherTablesHaveAllTheRoomOneOfThemGivesUpItsOldest() {
    ClientRoom room = new ClientRoom(LIMITS.maxClients());
    List<RelayTable<String>> tables = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int number = i;
      ClientRoom.Share share = room.newShare(() -> tables.get(number).giveUpOldest());
      tables.add(new RelayTable<>(LIMITS, share, 1, 1));
    }
    RelayEntry<String> oldest = prove(tables.get(0), client(1));
    for (int i = 2; i <= 3; i++) {
      prove(tables.get(0), client(i));
    }
    prove(tables.get(1), client(4));
    RelayEntry<String> newest = prove(tables.get(2), client(5));
    assertSame(oldest, tables.get(0).pollRemoved(), "the oldest of the table that has most");
    assertEquals(2, tables.get(0).proven());
    assertEquals(1, tables.get(1).proven());
    prove(tables.get(2), client(6));
    assertSame(newest, tables.get(2).pollRemoved(), "its own, if it has its part");
    assertEquals(4, tables.stream().mapToInt(RelayTable::proven).sum());
    tables.get(1).remove(tables.get(1).onClient(now, 0, 0, client(4)));
    prove(tables.get(2), client(7));
    assertNull(tables.get(2).pollRemoved(), "there is room again");
  }

  @Test
  void aTableWithFewClientsKeepsThemWhileAnotherHasMoreThanItsPart() {
    ClientRoom room = new ClientRoom(4);
    List<RelayTable<String>> tables = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int number = i;
      ClientRoom.Share share = room.newShare(() -> tables.get(number).giveUpOldest());
      tables.add(new RelayTable<>(LIMITS, share, 1, 1));
    }
    List<RelayEntry<String>> idle = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      idle.add(prove(tables.get(0), client(i)));
    }
    RelayEntry<String> active = prove(tables.get(1), client(4));
    prove(tables.get(1), client(5));
    assertSame(idle.getFirst(), tables.get(0).pollRemoved());
    assertNull(tables.get(1).pollRemoved());
    prove(tables.get(1), client(6));
    assertSame(active, tables.get(1).pollRemoved(), "two each: its own");
    assertEquals(4, tables.stream().mapToInt(RelayTable::proven).sum());
  }

  private RelayEntry<String> prove(RelayTable<String> its, InetSocketAddress client) {
    RelayEntry<String> entry = its.onClient(now, 0, 0, client);
    its.onServer(now, entry);
    return entry;
  }

  @Test
  void aClientLivesAsLongAsEitherSideSpeaks() {
    RelayEntry<String> alice = prove(client(1));
    for (int i = 0; i < 10; i++) {
      now += 59 * SECOND;
      table.onTimer(now);
      if (i % 2 == 0) {
        assertSame(alice, table.onClient(now, 0, 0, client(1)));
      } else {
        table.onServer(now, alice);
      }
    }
    now += 60 * SECOND;
    table.onTimer(now);
    assertSame(alice, table.pollRemoved());
    assertEquals(1, table.expiredProven());
    assertEquals(0, table.proven());
  }

  @Test
  void whenAllPlacesAreTakenTheLongestIdleClientGoes() {
    List<RelayEntry<String>> clients = new ArrayList<>();
    for (int i = 0; i < LIMITS.maxClients(); i++) {
      clients.add(prove(client(i)));
      now += SECOND;
    }
    table.onServer(now, clients.getFirst());
    prove(client(100));
    assertSame(clients.get(1), table.pollRemoved());
    assertNull(table.pollRemoved());
    assertEquals(LIMITS.maxClients(), table.proven());
    assertEquals(1, table.evictedProven());
  }

  @Test
  void aHundredThousandForgedSourcesEvictNoClient() {
    RelayEntry<String> alice = prove(client(1));
    RelayEntry<String> newcomer = table.onClient(now, 0, 0, client(2));
    SplittableRandom random = new SplittableRandom(3);
    int removed = 0;
    for (int i = 0; i < 100_000; i++) {
      now += SECOND / 100_000;
      InetSocketAddress forged = client(1000 + random.nextInt(1 << 24));
      RelayEntry<String> entry = table.onClient(now, 0, random.nextInt(2), forged);
      assertTrue(table.unproven() <= LIMITS.maxUnproven());
      while (table.pollRemoved() != null) {
        removed++;
      }
      if (i == 2) {
        // Alice's address can be forged too, with a session of another server.
        assertNotNull(table.onClient(now, 0, 1, client(1)));
      }
      if (entry == null) {
        assertTrue(table.overRate() > 0);
      }
    }
    assertSame(alice, table.onClient(now, 0, 0, client(1)));
    assertTrue(alice.proven);
    assertEquals(1, table.proven());
    assertEquals(0, table.evictedProven());
    assertTrue(removed <= LIMITS.newPerSecond() + LIMITS.maxUnproven(), removed + " sockets");
    assertEquals(removed, table.evictedUnproven());
    assertNotSame(newcomer, table.onClient(now + SECOND, 0, 0, client(2)), "he comes again");
  }

  @Test
  void whoeverTheOwnerCannotServeIsTakenOut() {
    RelayEntry<String> entry = table.onClient(now, 0, 0, client(1));
    table.remove(entry);
    assertSame(entry, table.pollRemoved());
    assertEquals(0, table.unproven());
  }

  private RelayEntry<String> prove(InetSocketAddress client) {
    RelayEntry<String> entry = table.onClient(now, 0, 0, client);
    table.onServer(now, entry);
    assertTrue(entry.proven);
    return entry;
  }

  private static InetSocketAddress client(int number) {
    byte[] address = {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), 5000);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
