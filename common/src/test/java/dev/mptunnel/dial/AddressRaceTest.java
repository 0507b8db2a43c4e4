package dev.mptunnel.dial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** In simulated time, which is a number. */
class AddressRaceTest {

  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long BEGIN = -5 * MS; // clocks need not be positive

  private static AddressRace race(String... addresses) {
    List<InetAddress> all = new ArrayList<>();
    for (String address : addresses) {
      all.add(InetAddress.ofLiteral(address));
    }
    return new AddressRace(BEGIN, all, 10_000 * MS);
  }

  /** What is dialled, and when, if nobody ever answers. */
  private static List<String> dialled(AddressRace race) {
    List<String> dialled = new ArrayList<>();
    for (long now = BEGIN; !race.isLost(now); now = race.nextTimer()) {
      for (InetAddress next = race.next(now); next != null; next = race.next(now)) {
        dialled.add((now - BEGIN) / MS + " " + next.getHostAddress());
      }
    }
    return dialled;
  }

  @Test
  void familiesTakeTurnsAQuarterOfASecondApart() {
    assertEquals(
        List.of(
            "0 2001:db8:0:0:0:0:0:1",
            "250 192.0.2.1",
            "500 2001:db8:0:0:0:0:0:2",
            "750 192.0.2.2",
            "1000 192.0.2.3"),
        dialled(race("192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2")));
  }

  @Test
  void whatFailsLetsTheNextBeginAtOnce() {
    AddressRace race = race("192.0.2.1", "2001:db8::1");
    assertEquals(InetAddress.ofLiteral("2001:db8::1"), race.next(BEGIN));
    assertNull(race.next(BEGIN + 249 * MS));
    race.failed(BEGIN + 3 * MS);
    assertEquals(InetAddress.ofLiteral("192.0.2.1"), race.next(BEGIN + 3 * MS));
    assertFalse(race.isLost(BEGIN + 3 * MS));
    race.failed(BEGIN + 4 * MS);
    assertTrue(race.isLost(BEGIN + 4 * MS));
    assertFalse(race.isOver(BEGIN + 4 * MS));
  }

  @Test
  void itEndsInTimeThoughNobodySaysAnything() {
    AddressRace race = race("192.0.2.1");
    race.next(BEGIN);
    assertEquals(BEGIN + 10_000 * MS, race.nextTimer());
    assertFalse(race.isLost(BEGIN + 9_999 * MS));
    assertTrue(race.isOver(BEGIN + 10_000 * MS));
  }

  @Test
  void aNameWithManyAddressesIsNoFloodOfSockets() {
    String[] many = new String[100];
    for (int i = 0; i < many.length; i++) {
      many[i] = "192.0.2." + i;
    }
    assertEquals(8, dialled(race(many)).size());
  }

  @Test
  void withoutAddressesItIsLost() {
    assertTrue(race().isLost(BEGIN));
    assertNull(race().next(BEGIN));
  }
}
