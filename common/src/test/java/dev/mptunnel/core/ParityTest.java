package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.ParityGroups.Rebuilt;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PathFrames;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Packets put together from the others of their group, without a network. */
class ParityTest {

  private static final int GROUP = PathFrames.PARITY_GROUP;
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final ParityGroups groups = new ParityGroups();
  private long now;

  private List<byte[]> packets(int longest) {
    List<byte[]> packets = new ArrayList<>();
    for (int i = 0; i < GROUP; i++) {
      byte[] packet = new byte[Header.LENGTH + random.nextInt(longest - Header.LENGTH + 1)];
      random.nextBytes(packet);
      packets.add(packet);
    }
    return packets;
  }

  private static ParitySum sumOf(List<byte[]> packets) {
    ParitySum sum = new ParitySum();
    packets.forEach(packet -> sum.add(packet, packet.length));
    return sum;
  }

  private Rebuilt parity(long first, ParitySum sum, boolean secondHalf) {
    int half = (sum.longestBytes() + 1) / 2;
    int offset = secondHalf ? half : 0;
    ByteBuffer part = sum.part(offset, secondHalf ? sum.longestBytes() - half : half);
    return takeParity(first, sum.lengths(), offset, part.slice());
  }

  private Rebuilt takeParity(long first, int lengths, int offset, ByteBuffer part) {
    return groups.add(now, first, lengths, offset, part) ? groups.rebuild(first) : null;
  }

  private void expect(long first) {
    now += PERIOD_NANOS;
    assertNull(parity(first, sumOf(packets(100)), false));
  }

  private Rebuilt arrive(List<byte[]> packets, int place, long first) {
    assertTrue(groups.isExpected(first + place));
    groups.hold(ByteBuffer.wrap(packets.get(place)));
    return groups.take(first + place);
  }

  /** What comes back of a group of which some are lost, whatever the order. */
  private List<Rebuilt> shuffled(long first, List<byte[]> packets, List<Integer> lost) {
    ParitySum sum = sumOf(packets);
    List<Integer> order = new ArrayList<>(List.of(-1, -2, -1, -2));
    for (int place = 0; place < GROUP; place++) {
      if (!lost.contains(place)) {
        order.add(place);
      }
    }
    Collections.shuffle(order, random);
    List<Rebuilt> rebuilt = new ArrayList<>();
    for (int place : order) {
      Rebuilt one = place < 0 ? parity(first, sum, place == -2) : arrive(packets, place, first);
      if (one != null) {
        rebuilt.add(one);
      }
    }
    return rebuilt;
  }

  @Test
  void oneOfAGroupComesBackWhateverTheOrder() {
    expect(0);
    for (int group = 1; group <= 200; group++) {
      long first = (long) group * GROUP;
      List<byte[]> packets = packets(1 + random.nextInt(1_500) + Header.LENGTH);
      int lost = random.nextInt(GROUP);
      List<Rebuilt> rebuilt = shuffled(first, packets, List.of(lost));
      assertEquals(1, rebuilt.size(), "seed " + seed);
      assertEquals(first + lost, rebuilt.getFirst().counter(), "seed " + seed);
      assertArrayEquals(packets.get(lost), rebuilt.getFirst().packet().array(), "seed " + seed);
    }
  }

  @Test
  void twoOfAGroupDoNot() {
    expect(0);
    for (int group = 1; group <= 20; group++) {
      int one = random.nextInt(GROUP);
      List<Integer> lost = List.of(one, (one + 1 + random.nextInt(GROUP - 1)) % GROUP);
      assertEquals(List.of(), shuffled((long) group * GROUP, packets(1_000), lost));
    }
  }

  @Test
  void nothingIsRememberedUnlessAParityIsExpected() {
    assertFalse(groups.isExpected(0));
    assertEquals(0, groups.periodNanos(0));
    expect(0);
    assertEquals(0, groups.periodNanos(GROUP), "one alone has no period");
    expect(GROUP);
    assertEquals(PERIOD_NANOS * 5 / 4, groups.periodNanos(2 * GROUP));
    assertTrue(groups.isExpected(9 * GROUP + GROUP - 1));
    assertFalse(groups.isExpected(10 * GROUP));
    assertEquals(0, groups.periodNanos(10 * GROUP));
  }

  @Test
  void groupsMayOverlapOnUnequalPathsAndOldOnesAreForgotten() {
    expect(0);
    List<byte[]> packets = packets(1_000);
    for (int place = 1; place < GROUP; place++) {
      arrive(packets, place, GROUP);
    }
    shuffled(2 * GROUP, packets(1_000), List.of());
    shuffled(3 * GROUP, packets(1_000), List.of());
    ParitySum sum = sumOf(packets);
    assertNull(parity(GROUP, sum, true));
    Rebuilt rebuilt = parity(GROUP, sum, false);
    assertNotNull(rebuilt);
    assertEquals(GROUP, rebuilt.counter());
    shuffled(5 * GROUP, packets(1_000), List.of());
    assertNull(arrive(packets, 0, GROUP));
    assertNull(parity(GROUP, sum, false));
  }

  @Test
  void lengthsThatCannotBeAreNot() {
    expect(0);
    List<byte[]> packets = packets(500);
    for (int place = 1; place < GROUP; place++) {
      arrive(packets, place, GROUP);
    }
    int[] bad = {0x7fff, 0};
    for (int lengths : bad) {
      long first = GROUP;
      ByteBuffer part = ByteBuffer.allocate(300);
      assertNull(takeParity(first, lengths, 0, part));
      assertNull(takeParity(first, lengths, 300, part));
    }
    int tooLong = CoreLimits.PARITY_PACKET_BYTES;
    assertNull(takeParity(2 * GROUP, 0, tooLong, ByteBuffer.allocate(1)));
    assertNull(takeParity(2 * GROUP, 0, 65_535, ByteBuffer.allocate(1_400)));
  }
}
