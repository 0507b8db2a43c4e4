package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.PlainSecurity;
import dev.mptunnel.observe.Figures;
import dev.mptunnel.wire.Header;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Endpoints on two loops, and packets that the kernel cannot tell apart for them. */
final class DriverGroupTest {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final InetSocketAddress ANY_PORT = new InetSocketAddress(LOOPBACK, 0);
  private static final int LOOPS = 2;
  private static final int MAX_ON_THEIR_WAY = 1_024;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private List<DatagramEngine> engines;
  private final List<EndpointDriver> drivers = new ArrayList<>();
  private DriverGroup group;
  private DatagramEngine sender;
  private DatagramPort from;

  @BeforeEach
  void start() throws IOException {
    DatagramEngine first;
    try {
      first = opened(NativeEngine.start("loop"));
    } catch (IOException e) {
      Assumptions.abort(e.getMessage());
      return;
    }
    engines = opened(EngineGroup.open(first, LOOPS, "loop", ANY_PORT, true)).engines();
    Assumptions.assumeTrue(engines.size() == LOOPS, "the kernel does not share ports");
    EndpointSettings settings = EndpointSettings.defaults(true);
    Random random = new Random(7);
    SharedLimits limits = new SharedLimits(settings, LOOPS, random);
    for (DatagramEngine engine : engines) {
      drivers.add(
          new EndpointDriver(
              engine,
              settings,
              new PlainSecurity(),
              random,
              new EndpointDriver.Listener() {
                @Override
                public void deliver(Flow flow, ByteBuffer payload, int trafficClass) {}

                @Override
                public void event(Event event) {}
              },
              limits));
    }
    group = new DriverGroup(drivers);
    group.open(PortOptions.at(ANY_PORT));
    sender = opened(NativeEngine.start("sender"));
    from = sender.open(PortOptions.at(ANY_PORT), new Ignoring());
  }

  @AfterEach
  void closeAll() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.push(resource);
    return resource;
  }

  private record Ignoring() implements DatagramHandler {

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {}

    @Override
    public void onBatchEnd(DatagramPort port) {}

    @Override
    public void onError(DatagramPort port, IOException error) {}
  }

  private long idOn(int loop) {
    long id = 1L << Integer.SIZE;
    while (group.loopOf(id) != loop) {
      id += 1L << Integer.SIZE;
    }
    return id;
  }

  /** Sends DATA of these sessions, which do not exist, in one message. */
  private void sendJoined(long... sessionIds) {
    sendJoined(group.localAddresses().getFirst(), sessionIds);
  }

  private void sendJoined(InetSocketAddress to, long... sessionIds) {
    sender.runAndWait(
        () -> {
          for (long id : sessionIds) {
            ByteBuffer packet = ByteBuffer.allocate(64);
            Header.putData(packet, true, id, 0, 0);
            from.send(packet, to);
          }
          from.flush();
        });
  }

  private void awaitPackets(int loop, long packets) {
    long start = System.nanoTime();
    while (group.loops().join().get(loop).packets() < packets) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(10)) {
        throw new AssertionError(
            "waited for " + packets + " packets, there are " + group.loops().join());
      }
    }
  }

  @Test
  void whatTheKernelJoinedIsHandedOverToItsOwnLoop() {
    sendJoined(idOn(0), idOn(1), idOn(0), idOn(1), idOn(1));
    awaitPackets(0, 2);
    awaitPackets(1, 3);
    assertEquals(List.of(2L, 3L), packets());
    assertEquals(3, group.handedOver());
    assertEquals(5, group.counters().strange(), "both endpoints' together");
    assertEquals(0, group.socketDrops().join().received());
  }

  private List<Long> packets() {
    return group.loops().join().stream().map(Figures.Loop::packets).toList();
  }

  @Test
  void whatIsHandedOverToALoopThatStandsStillIsBounded() throws Exception {
    CountDownLatch mayGoOn = new CountDownLatch(1);
    engines.getLast().execute(() -> awaitLatch(mayGoOn));
    long[] ids = new long[40];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = idOn(i == 0 ? 0 : 1);
    }
    int messages = 30;
    for (int i = 1; i <= messages; i++) {
      sendJoined(ids);
      long received = i;
      long start = System.nanoTime();
      while (drivers.getFirst().engine().call(drivers.getFirst()::received).join() < received) {
        if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(10)) {
          throw new AssertionError("message " + i);
        }
      }
    }
    mayGoOn.countDown();
    awaitPackets(1, MAX_ON_THEIR_WAY);
    assertEquals(MAX_ON_THEIR_WAY, group.handedOver());
    assertEquals(messages * 39L - MAX_ON_THEIR_WAY, group.socketDrops().join().received());
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whatComesForALoopThatHasNotOpenedThePortYetIsLost() throws IOException {
    drivers.getFirst().open(PortOptions.at(ANY_PORT));
    InetSocketAddress early = drivers.getFirst().localAddresses().getLast();
    sendJoined(early, idOn(0), idOn(1));
    awaitPackets(0, 1);
    long start = System.nanoTime();
    while (group.socketDrops().join().received() < 1) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(10)) {
        throw new AssertionError("it was not counted");
      }
    }
    assertEquals(List.of(1L, 0L), packets());
    assertEquals(0, ((NativeEngine) engines.getLast()).failures());
  }

  @Test
  void whatIsHandedOverToAnEndpointThatIsClosedIsLost() {
    engines.getLast().runAndWait(drivers.getLast()::close);
    sendJoined(idOn(0), idOn(1));
    long start = System.nanoTime();
    while (group.socketDrops().join().received() < 1) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(10)) {
        throw new AssertionError("it was not counted");
      }
    }
    assertEquals(0, group.loops().join().getLast().packets());
  }

  @Test
  void aPortInUseIsRefusedAsEver() {
    PortOptions again = PortOptions.at(group.localAddresses().getFirst());
    assertThrows(IOException.class, () -> group.open(again));
  }
}
