package dev.mptunnel.harness.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.loop.DatagramLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class LoadTest {

  private static ByteBuffer bytes(LoadDatagram datagram) {
    ByteBuffer buffer = ByteBuffer.allocate(datagram.lengthBytes());
    datagram.write(buffer);
    return buffer.flip();
  }

  private static LoadDatagram datagram(int stream, int sequence) {
    return new LoadDatagram(Direction.UP, stream, sequence, 0, 100);
  }

  @Test
  void everyLengthIsReadAsWritten() {
    for (int length = LoadDatagram.MIN_BYTES; length < 80; length++) {
      LoadDatagram datagram = new LoadDatagram(Direction.DOWN, -7, 1 << 30, -1L, length);
      assertEquals(datagram, LoadDatagram.read(bytes(datagram)));
    }
    LoadDatagram longest = new LoadDatagram(Direction.UP, 1, 2, 3, LoadDatagram.MAX_BYTES);
    assertEquals(longest, LoadDatagram.read(bytes(longest)));
  }

  @Test
  void noFlippedBitAndNoMissingByteGoesUnnoticed() {
    ByteBuffer bytes = bytes(datagram(1, 2));
    for (int bit = 0; bit < bytes.remaining() * Byte.SIZE; bit++) {
      int index = bit / Byte.SIZE;
      byte before = bytes.get(index);
      bytes.put(index, (byte) (before ^ 1 << bit % Byte.SIZE));
      assertNull(LoadDatagram.read(bytes), "bit " + bit);
      bytes.put(index, before);
    }
    for (int length = 0; length < bytes.capacity(); length++) {
      assertNull(LoadDatagram.read(bytes.duplicate().limit(length)));
    }
  }

  @Test
  void noOtherBytesAreReadAsTheSameDatagram() {
    ByteBuffer bytes = bytes(datagram(1, 2));
    bytes.put(7, (byte) 1); // the byte that must be zero, under a check that is right
    CRC32C check = new CRC32C();
    check.update(bytes.duplicate().limit(96));
    assertNull(LoadDatagram.read(bytes.putInt(96, (int) check.getValue())));
  }

  @Test
  void aDatagramIsFoundInsideAPacketThatCarriesIt() {
    LoadDatagram inner = datagram(1, 2);
    ByteBuffer packet = ByteBuffer.allocate(17 + 100 + 4).position(17);
    inner.write(packet);
    assertEquals(inner, LoadDatagram.find(packet.position(0).limit(121)));
    assertNull(LoadDatagram.find(packet.limit(116)));
  }

  @Test
  void aReceptionTellsApartWhatCanGoWrong() {
    Reception reception = new Reception(Direction.UP, 7);
    reception.take(datagram(7, 0), 1_000);
    reception.take(datagram(7, 5), 1_000);
    reception.take(datagram(7, 3), 1_000);
    assertTrue(reception.counts().clean());

    reception.take(datagram(7, 5), 1_000);
    reception.take(null, 1_000);
    reception.take(datagram(8, 1), 1_000);
    reception.take(new LoadDatagram(Direction.DOWN, 7, 1, 0, 100), 1_000);
    assertEquals(new Reception.Counts(3, 1, 1, 2, 1), reception.counts());
    assertFalse(reception.counts().clean());
    assertEquals("{0, 3, 5}", reception.arrived().toString());
    assertEquals(3, reception.delayNanos().getTotalCount());
  }

  @Test
  void noMoreThanTheLimitIsUnderWayAndTheLostAreGivenUp() {
    Reception reception = new Reception(Direction.UP, 7);
    OutstandingLimit limit = new OutstandingLimit(reception, 3, 1_000);
    assertTrue(limit.opens(0, 0) && limit.opens(1, 0) && limit.opens(2, 0));
    assertFalse(limit.opens(3, 10));

    reception.take(datagram(7, 1), 20);
    assertFalse(limit.opens(3, 20));
    reception.take(datagram(7, 0), 30);
    assertTrue(limit.opens(3, 30) && limit.opens(4, 30));
    assertFalse(limit.opens(5, 1_000));
    assertTrue(limit.opens(5, 1_001));
  }

  @Test
  void theScheduleIsAbsolute() throws IOException {
    LoadPlan plan = new LoadPlan(2_000, 1_000, 28, 60);
    List<Long> sentNanos = Collections.synchronizedList(new ArrayList<>());
    try (DatagramLoop loop = DatagramLoop.start("loop under test")) {
      PacedSender sender =
          new PacedSender(
              loop,
              plan,
              Direction.UP,
              1,
              Gate.OPEN,
              datagram -> sentNanos.add(LoadDatagram.read(datagram).sentNanos()));
      loop.execute(sender::start);
      Await.until("all to be sent", Duration.ofSeconds(20), sender::done);
    }
    assertEquals(1_000, sentNanos.size());
    long lastDue = sentNanos.getFirst() + plan.dueNanos(999);
    double late = (sentNanos.getLast() - lastDue) / 1e6;
    // Were each datagram's lateness of 0.1 ms handed on to the next, this would be 100 ms.
    // The first may itself be late by more than the last.
    assertTrue(Math.abs(late) < 50, "the last is " + late + " ms late");
  }
}
