package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.PendingHandshakes.Pending;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingHandshakesTest {

  private static final long SESSION = 7;

  private final List<Pending> unconfirmed = new ArrayList<>();
  private final PendingHandshakes pendings =
      new PendingHandshakes(1_024, new EndpointCounters(), unconfirmed::add);

  private static byte[] init(int number) {
    return new byte[] {(byte) number};
  }

  /** From a host of its own. */
  private boolean add(long now, int number, boolean proven) {
    return add(now, number, proven, number);
  }

  private boolean add(long now, int number, boolean proven, int host) {
    boolean room = pendings.hasRoom(now, SESSION, proven);
    if (room) {
      InetSocketAddress source =
          new InetSocketAddress(InetAddress.ofLiteral("10.0.0." + host), 1_000 + number);
      pendings.add(
          new Pending(SESSION, 1, init(number), null, null, null, null, source, proven, now));
    }
    return room;
  }

  @Test
  void whoeverComesOftenDrivesOutHisOwn() {
    assertTrue(add(0, 1, false));
    for (int number = 2; number < 20; number++) {
      assertTrue(add(0, number, true, 2));
    }
    assertEquals(CoreLimits.MAX_PENDING_PER_SESSION, pendings.of(SESSION).size());
    assertNotNull(pendings.find(SESSION, init(1)), "another's, not even proven");
  }

  @Test
  void whereItIsFullOnlyTheProvenAreLetInAndTheyStayLongest() {
    assertTrue(add(0, 1, true));
    for (int number = 2; number <= CoreLimits.MAX_PENDING_PER_SESSION; number++) {
      assertTrue(add(0, number, false));
    }
    assertFalse(add(0, 5, false));
    for (int number = 6; number < 9; number++) {
      assertTrue(add(0, number, true));
      assertEquals(CoreLimits.MAX_PENDING_PER_SESSION, pendings.of(SESSION).size());
    }
    assertNotNull(pendings.find(SESSION, init(1)), "the oldest, but proven");
    assertTrue(add(0, 9, true));
    assertNull(pendings.find(SESSION, init(1)), "all are proven");
  }

  @Test
  void whatNobodyConfirmsIsForgottenAndTold() {
    add(0, 1, false);
    pendings.expire(CoreLimits.PENDING_LIFETIME_NANOS);
    assertEquals(1, pendings.size());
    pendings.expire(CoreLimits.PENDING_LIFETIME_NANOS + 1);
    assertEquals(0, pendings.size());
    assertEquals(1, unconfirmed.size());
  }
}
