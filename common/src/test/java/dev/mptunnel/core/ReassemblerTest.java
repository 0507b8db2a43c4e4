package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ReassemblerTest {

  private static final long NOW = 1_000_000_000_000L;
  private static final Output NOWHERE =
      new Output() {
        @Override
        public void transmit(int port, InetSocketAddress remote, ByteBuffer packet) {}

        @Override
        public void deliver(Flow flow, ByteBuffer payload) {}

        @Override
        public void event(Event event) {}
      };

  private final RandomGenerator salts = new SplittableRandom(1);
  private final EndpointSettings settings = EndpointSettings.defaults(true);
  private final Context context =
      new Context(
          settings, new PlainSecurity(), salts, NOWHERE, ProcessLimits.ofOne(settings, salts));
  private final Reassembler reassembler = new Reassembler(context);

  @Test
  void piecesInAnyOrderAmongOthersBecomeTheDatagram() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    record Piece(int datagram, int index, int count, byte[] bytes) {}
    List<Piece> pieces = new ArrayList<>();
    byte[][] datagrams = new byte[20][];
    for (int i = 0; i < datagrams.length; i++) {
      datagrams[i] = new byte[random.nextInt(2, 20_000)];
      random.nextBytes(datagrams[i]);
      int count = Math.min(datagrams[i].length, random.nextInt(2, 256));
      int length = Math.ceilDiv(datagrams[i].length, count);
      count = Math.ceilDiv(datagrams[i].length, length);
      for (int index = 0; index < count; index++) {
        int end = Math.min((index + 1) * length, datagrams[i].length);
        byte[] bytes = Arrays.copyOfRange(datagrams[i], index * length, end);
        pieces.add(new Piece(i, index, count, bytes));
      }
    }
    Collections.shuffle(pieces, random);
    int whole = 0;
    for (Piece piece : pieces) {
      reassembler.onPacket();
      ByteBuffer joined =
          reassembler.take(
              NOW, 3, 7, piece.datagram, piece.index, piece.count, ByteBuffer.wrap(piece.bytes), 0);
      if (joined != null) {
        byte[] bytes = new byte[joined.remaining()];
        joined.get(bytes);
        assertArrayEquals(datagrams[piece.datagram], bytes, "seed " + seed);
        whole++;
      }
    }
    assertEquals(datagrams.length, whole, "seed " + seed);
    assertEquals(0, context.fragments().bytes());
  }

  @Test
  void piecesOfAnotherEpochAreOfAnotherDatagram() {
    assertNull(take(NOW, 1, 0, 0, 2, 10));
    assertNull(take(NOW, 2, 0, 1, 2, 10));
    assertNotNull(take(NOW, 1, 0, 1, 2, 10));
  }

  @Test
  void aPieceThatContradictsTheOthersIsDroppedAndCounted() {
    take(NOW, 1, 0, 0, 2, 10);
    assertNull(take(NOW, 1, 0, 1, 3, 10));
    reassembler.onPacket();
    assertNull(reassembler.take(NOW, 1, 99, 0, 1, 2, ByteBuffer.allocate(10), 0));
    assertEquals(2, context.counters().malformed());
    assertNotNull(take(NOW, 1, 0, 1, 2, 10));
  }

  @Test
  void piecesLongerTogetherThanADatagramCanBeAreDropped() {
    assertNull(take(NOW, 1, 0, 0, 2, 40_000));
    assertNull(take(NOW, 1, 0, 1, 2, 40_000));
    assertEquals(1, context.counters().malformed());
    assertEquals(0, context.fragments().bytes());
  }

  @Test
  void whatWaitsTooLongIsGivenUp() {
    take(NOW, 1, 0, 0, 2, 10);
    take(NOW + CoreLimits.FRAGMENTS_NANOS - 1, 1, 1, 0, 2, 10);
    assertNull(take(NOW + CoreLimits.FRAGMENTS_NANOS, 1, 0, 1, 2, 10));
    assertEquals(1, context.counters().incomplete());
    assertNotNull(take(NOW + CoreLimits.FRAGMENTS_NANOS, 1, 1, 1, 2, 10));
  }

  @Test
  void aFloodOfPiecesStaysWithinASessionsRoomAndTheOldestGoFirst() {
    for (int id = 0; id < 200_000; id++) {
      take(NOW, 1, id, 0, 255, id % 3 == 0 ? 0 : 1_400);
      assertTrue(context.fragments().bytes() <= CoreLimits.FRAGMENT_BYTES_PER_SESSION);
    }
    assertTrue(context.fragments().bytes() > CoreLimits.FRAGMENT_BYTES_PER_SESSION / 2);
    assertTrue(context.counters().incomplete() > 190_000);
    assertNull(take(NOW, 1, 300_000, 0, 2, 10));
    assertNotNull(take(NOW, 1, 300_000, 1, 2, 10));
  }

  @Test
  void allSessionsTogetherStayWithinTheRoomOfAllAndWhoKeepsLittleIsNotHeldBack() {
    List<Reassembler> greedy = new ArrayList<>();
    for (int session = 0; session < 100; session++) {
      Reassembler one = new Reassembler(context);
      greedy.add(one);
      for (int id = 0; id < 1_000; id++) {
        take(one, NOW, 1, id, 0, 2, 1_400);
        assertTrue(context.fragments().bytes() <= CoreLimits.FRAGMENT_BYTES);
      }
    }
    assertTrue(context.fragments().bytes() > CoreLimits.FRAGMENT_BYTES / 2);
    assertNull(take(NOW, 1, 0, 0, 2, 1_400));
    for (int id = 0; id < 10_000; id++) {
      take(greedy.get(id % 100), NOW, 1, 5_000 + id, 0, 2, 1_400);
    }
    assertNotNull(take(NOW, 1, 0, 1, 2, 1_400));
    assertEquals(0, context.counters().fragmentsWithheld());
    greedy.forEach(Reassembler::clear);
    assertEquals(0, context.fragments().bytes());
  }

  @Test
  void aPacketBringsOnePieceOrCostsItsSenderMoreThanUs() {
    take(NOW, 1, 0, 0, 2, 10);
    assertNull(reassembler.take(NOW, 1, 7, 0, 1, 2, ByteBuffer.allocate(10), 0));
    assertEquals(1, context.counters().malformed());
    assertNotNull(take(NOW, 1, 0, 1, 2, 10));
  }

  @Test
  void whatWaitsIsGivenUpInTimeWhetherMoreComesOrNot() {
    assertEquals(Long.MAX_VALUE, reassembler.nextTimer());
    take(NOW, 1, 0, 0, 2, 10);
    assertEquals(NOW + CoreLimits.FRAGMENTS_NANOS, reassembler.nextTimer());
    reassembler.forgetOld(reassembler.nextTimer());
    assertEquals(1, context.counters().incomplete());
    assertEquals(0, context.fragments().bytes());
  }

  private ByteBuffer take(long now, int epoch, int id, int index, int count, int length) {
    return take(reassembler, now, epoch, id, index, count, length);
  }

  private static ByteBuffer take(
      Reassembler by, long now, int epoch, int id, int index, int count, int length) {
    by.onPacket();
    return by.take(now, epoch, 7, id, index, count, ByteBuffer.allocate(length), 0);
  }
}
