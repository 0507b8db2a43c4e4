package dev.mptunnel.harness.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class DatagramLoopTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final InetSocketAddress LOOPBACK =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @Test
  void timersRunAFractionOfAMillisecondAfterTheirTimeAndNeverBefore() throws IOException {
    List<Long> lateNanos = Collections.synchronizedList(new ArrayList<>());
    try (DatagramLoop loop = DatagramLoop.start("loop under test")) {
      loop.execute(
          () -> {
            long start = System.nanoTime();
            for (int i = 1; i <= 101; i++) {
              long due = start + i * 2_700_000L;
              loop.at(due, () -> lateNanos.add(System.nanoTime() - due));
            }
          });
      Await.until("101 timers", LIMIT, () -> lateNanos.size() == 101);
    }
    Collections.sort(lateNanos);
    assertTrue(lateNanos.getFirst() >= 0);
    // A busy machine makes many late, but leaves the quickest tenth alone.
    assertTrue(lateNanos.get(10) < 500_000, "the quickest tenth is up to " + lateNanos.get(10));
  }

  @Test
  void anEmptyDatagramIsSentAndReceived() throws IOException {
    List<Integer> lengths = Collections.synchronizedList(new ArrayList<>());
    try (DatagramLoop loop = DatagramLoop.start("loop under test")) {
      LoopSocket in = loop.open(LOOPBACK, (source, datagram) -> lengths.add(datagram.remaining()));
      LoopSocket out = loop.open(LOOPBACK, (source, datagram) -> {});
      loop.execute(() -> out.send(ByteBuffer.allocate(0), in.localAddress()));
      loop.execute(() -> out.send(ByteBuffer.allocate(3), in.localAddress()));
      Await.until("two datagrams", LIMIT, () -> lengths.size() == 2);
    }
    assertEquals(List.of(0, 3), lengths);
  }

  @Test
  void whatTheKernelDropsAtAFullSocketIsCounted() throws IOException {
    try (DatagramChannel full = DatagramChannel.open();
        DatagramChannel sender = DatagramChannel.open()) {
      full.setOption(StandardSocketOptions.SO_RCVBUF, 20_000)
          .bind(LOOPBACK)
          .configureBlocking(false);
      InetSocketAddress address = (InetSocketAddress) full.getLocalAddress();
      assertEquals(0, KernelDrops.of(address));

      int sent = 300;
      for (int i = 0; i < sent; i++) {
        sender.send(ByteBuffer.allocate(1_000), address);
      }
      int held = 0;
      while (full.receive(ByteBuffer.allocate(1_000)) != null) {
        held++;
      }
      assertTrue(held < sent);
      assertEquals(sent - held, KernelDrops.of(address));
    }
  }

  @Test
  void theKernelsTableIsReadForBothFamilies() {
    assertEquals(new InetSocketAddress("127.0.0.1", 4000), KernelDrops.address("0100007F:0FA0"));
    assertEquals(
        new InetSocketAddress("::1", 53),
        KernelDrops.address("00000000000000000000000001000000:0035"));
  }

  @Test
  void aLoopThatFailedSaysSo() throws IOException {
    DatagramLoop loop = DatagramLoop.start("loop under test");
    loop.execute(
        () -> {
          throw new ArithmeticException("thrown on purpose");
        });
    IllegalStateException error = assertThrows(IllegalStateException.class, () -> stop(loop));
    assertEquals("thrown on purpose", error.getCause().getMessage());
  }

  private static void stop(DatagramLoop loop) {
    Await.until("the loop to end", LIMIT, () -> !loop.alive());
    loop.close();
  }
}
