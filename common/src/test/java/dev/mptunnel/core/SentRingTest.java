package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SentRingTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final SharedRoom room = new SharedRoom(CoreLimits.RESEND_BYTES);
  private final SentRing ring = new SentRing(room);

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  /** As it is sent: made in the ring if that has room for it. */
  private static void add(
      SentRing to, long now, long counter, ByteBuffer packet, int trafficClass, long neededNanos) {
    int length = packet.remaining();
    ByteBuffer reserved = to.reserve(now, length, neededNanos);
    if (reserved != null) {
      reserved.put(packet);
    }
    to.keep(now, counter, length, trafficClass);
  }

  @Test
  void aPacketMayTurnOutShorterThanItsRoomButNotLonger() {
    ByteBuffer reserved = ring.reserve(0, 1_000, SECOND).put(new byte[] {1, 2, 3});
    int begin = reserved.position() - 3;
    ring.keep(0, 0, 3, 0);
    assertArrayEquals(new byte[] {1, 2, 3}, bytes(ring.find(0, 0)));
    assertEquals(begin + 3, ring.reserve(0, 1_000, SECOND).position());
    assertThrows(IllegalStateException.class, () -> ring.keep(0, 1, 1_001, 0));
  }

  @Test
  void whatIsReservedAndNotSentIsNotKept() {
    add(ring, 0, 0, ByteBuffer.allocate(1_000), 0, SECOND);
    assertNotNull(ring.reserve(0, 1_000, SECOND));
    assertNull(ring.find(0, 1));
    assertNotNull(ring.find(0, 0));
    add(ring, 0, 1, ByteBuffer.wrap(new byte[] {4}), 0, SECOND);
    assertArrayEquals(new byte[] {4}, bytes(ring.find(0, 1)));
  }

  @Test
  void whatItFindsIsWhatWasSentAndNothingNeededIsMissing() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    Map<Long, byte[]> sent = new HashMap<>();
    for (long counter = 0; counter < 20_000; counter++) {
      byte[] packet = new byte[random.nextInt(40, 1_500)];
      random.nextBytes(packet);
      sent.put(counter, packet);
      long now = counter * SECOND / 2_000;
      add(ring, now, counter, ByteBuffer.wrap(packet), (int) counter & 0xff, SECOND / 2);
      long asked = random.nextLong(counter + 1);
      ByteBuffer found = ring.find(now, asked);
      if (found != null) {
        assertArrayEquals(sent.get(asked), bytes(found), "seed " + seed + ", " + asked);
        assertEquals(asked & 0xff, ring.trafficClass(asked), "seed " + seed);
      } else {
        assertTrue(counter - asked > 900, "seed " + seed + ", " + asked + " of " + counter);
      }
    }
    assertTrue(ring.keptBytes() <= 2 << 20, ring.keptBytes() + " bytes");
    assertEquals(ring.keptBytes(), room.takenBytes());
  }

  @Test
  void itStaysWithinItsLimits() {
    ByteBuffer packet = ByteBuffer.allocate(60_000);
    for (long counter = 0; counter < 1_000; counter++) {
      add(ring, 0, counter, packet.rewind(), 0, SECOND);
      assertNotNull(ring.find(0, counter));
    }
    int notes = 256 * 21;
    assertEquals(CoreLimits.RESEND_BYTES_PER_EPOCH + notes, ring.keptBytes());
    assertNull(ring.find(0, 900));
    add(ring, 0, 1_000, ByteBuffer.allocate(65_507), 0, SECOND);
    assertEquals(65_507, ring.find(0, 1_000).remaining());
  }

  @Test
  void whereThereIsNoRoomItKeepsLess() {
    int least = (64 << 10) + 256 * 21;
    assertTrue(room.take(CoreLimits.RESEND_BYTES - least));
    for (long counter = 0; counter < 100; counter++) {
      add(ring, 0, counter, ByteBuffer.allocate(1_000), 0, SECOND);
    }
    assertEquals(least, ring.keptBytes());
    assertNotNull(ring.find(0, 99));
    assertNull(ring.find(0, 0));
    SentRing other = new SentRing(room);
    add(other, 0, 0, ByteBuffer.allocate(1_000), 0, SECOND);
    assertNull(other.find(0, 0));
  }

  @Test
  void whoHasMuchLeavesSomeForOthers() {
    List<SentRing> rings = new ArrayList<>();
    for (int user = 0; user < 100; user++) {
      SentRing each = new SentRing(room);
      for (long counter = 0; counter < 100; counter++) {
        add(each, 0, counter, ByteBuffer.allocate(user < 20 ? 60_000 : 600), 0, SECOND);
      }
      assertNotNull(each.find(0, 99), "user " + user);
      rings.add(each);
    }
    assertEquals(rings.stream().mapToLong(SentRing::keptBytes).sum(), room.takenBytes());
    // A ring that once was large is not kept for one packet now and then.
    SentRing first = rings.getFirst();
    long later = CoreLimits.RESEND_NANOS + 1;
    add(first, later, 100, ByteBuffer.allocate(600), 0, SECOND);
    first.forgetOld(later);
    assertEquals(0, first.keptBytes());
  }

  @Test
  void whatIsOldIsForgottenAndItsMemoryGivenBack() {
    add(ring, 0, 7, ByteBuffer.allocate(1_000), 0, SECOND);
    assertNotNull(ring.find(CoreLimits.RESEND_NANOS, 7));
    assertNull(ring.find(CoreLimits.RESEND_NANOS + 1, 7));
    assertNull(ring.find(0, 6));
    assertNull(ring.find(0, 8));
    assertFalse(ring.forgetOld(CoreLimits.RESEND_NANOS));
    assertTrue(ring.forgetOld(CoreLimits.RESEND_NANOS + 1));
    assertEquals(0, room.takenBytes());
    add(ring, 0, 8, ByteBuffer.allocate(1_000), 0, SECOND);
    assertNotNull(ring.find(0, 8));
  }
}
