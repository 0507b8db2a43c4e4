package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.PlainSecurity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class EndpointDriverTest {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final InetSocketAddress SOMEWHERE = new InetSocketAddress(LOOPBACK, 9);

  private WatchedEngine engine;

  @BeforeEach
  void start() {
    engine = new WatchedEngine(new NettyEngine(new NioTransport(), "watched"));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private EndpointDriver driver() {
    return new EndpointDriver(
        engine,
        EndpointSettings.defaults(false),
        new PlainSecurity(),
        new Random(7),
        new EndpointDriver.Listener() {
          @Override
          public void deliver(Flow flow, ByteBuffer payload, int trafficClass) {}

          @Override
          public void event(Event event) {}
        });
  }

  @Test
  void portsAreKnownBeforeTheyReceiveWhoeverOpensThem() throws Exception {
    EndpointDriver driver = driver();
    List<FutureTask<List<Integer>>> openers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      FutureTask<List<Integer>> opener =
          new FutureTask<>(
              () ->
                  List.of(
                      driver.open(at(0)),
                      driver.openPreferred(at(0), 7),
                      driver.openCarrier(null).number(),
                      engine.call(() -> driver.open(at(0))).join()));
      openers.add(opener);
      Thread.ofPlatform().start(opener);
    }
    Set<Integer> numbers = new HashSet<>();
    for (FutureTask<List<Integer>> opener : openers) {
      numbers.addAll(opener.get(10, TimeUnit.SECONDS));
    }
    assertEquals(16, numbers.size(), "each has a number of its own");
    assertEquals(Set.of("watched"), engine.openedBy, "nothing is received there meanwhile");
    assertEquals(12, driver.localAddresses().size());
  }

  @Test
  void aPortThatCannotBeOpenedTakesNoNumber() throws Exception {
    EndpointDriver driver = driver();
    assertEquals(0, driver.open(at(0)));
    int taken = driver.localAddresses().getFirst().getPort();
    assertThrows(IOException.class, () -> driver.open(at(taken)));
    assertEquals(1, driver.open(at(0)));
    engine.close();
    assertThrows(IOException.class, () -> driver.open(at(0)));
    assertTrue(driver.socketDrops().isCompletedExceptionally(), "nobody waits for it");
  }

  @Test
  void workThatFailsDoesNotStopTheTimer() throws Exception {
    EndpointDriver driver = driver();
    int port = driver.open(at(0));
    long before = engine.nanoTime();
    CompletableFuture<Object> failed =
        engine.call(
            () -> {
              driver.run(now -> openAndFail(driver, now, port));
              return null;
            });
    assertThrows(Exception.class, () -> failed.get(10, TimeUnit.SECONDS));
    assertNotEquals(Long.MIN_VALUE, engine.timerNanos, "it is set");
    assertTrue(
        engine.timerNanos - before >= TimeUnit.MILLISECONDS.toNanos(10), "and not to be busy");
  }

  @Test
  void whatIsToLeaveFromAPortThatWasClosedIsDroppedAndCounted() throws Exception {
    EndpointDriver driver = driver();
    int gone = driver.open(at(0));
    int there = driver.open(at(0));
    engine.runAndWait(
        () -> {
          driver.closePort(gone);
          driver.run(
              now ->
                  driver
                      .endpoint()
                      .open(
                          now,
                          List.of(
                              new Endpoint.PathSpec("gone", gone, SOMEWHERE),
                              new Endpoint.PathSpec("there", there, SOMEWHERE))));
        });
    assertEquals(1, driver.socketDrops().get(10, TimeUnit.SECONDS).sent());
  }

  /** What a port still has to send when it is closed, it may yet have to drop. */
  @Test
  void whatAPortDropsAfterItWasClosedIsCountedToo() throws Exception {
    EndpointDriver driver = driver();
    int gone = driver.open(at(0));
    int next = driver.open(at(0));
    engine.runAndWait(() -> driver.closePort(gone));
    engine.opened.getFirst().dropsOfItsOwn.set(1);
    assertEquals(1, driver.socketDrops().get(10, TimeUnit.SECONDS).sent());
    engine.laterNanos = TimeUnit.SECONDS.toNanos(10);
    assertEquals(1, driver.socketDrops().get(10, TimeUnit.SECONDS).sent(), "and stays so");
    engine.runAndWait(() -> driver.closePort(next));
    engine.opened.getLast().dropsOfItsOwn.set(1);
    engine.laterNanos = TimeUnit.SECONDS.toNanos(20);
    assertEquals(2, driver.socketDrops().get(10, TimeUnit.SECONDS).sent());
    assertEquals(2, driver.socketDrops().get(10, TimeUnit.SECONDS).sent());
  }

  private static void openAndFail(EndpointDriver driver, long now, int port) {
    driver.endpoint().open(now, List.of(new Endpoint.PathSpec("a", port, SOMEWHERE)));
    throw new IllegalStateException("on purpose");
  }

  private static PortOptions at(int port) {
    return PortOptions.at(new InetSocketAddress(LOOPBACK, port));
  }

  /** Drops what it is told to have dropped. */
  private record WatchedPort(DatagramPort real, AtomicLong dropsOfItsOwn) implements DatagramPort {

    @Override
    public InetSocketAddress localAddress() {
      return real.localAddress();
    }

    @Override
    public void send(ByteBuffer datagram, InetSocketAddress remote) {
      real.send(datagram, remote);
    }

    @Override
    public void flush() {
      real.flush();
    }

    @Override
    public boolean stayOn(int interfaceIndex) {
      return real.stayOn(interfaceIndex);
    }

    @Override
    public long sendDrops() {
      return real.sendDrops() + dropsOfItsOwn.get();
    }

    @Override
    public void close() {
      real.close();
    }
  }

  /** Notes which threads open sockets, which these are, and when the timer is set for. */
  private static final class WatchedEngine implements DatagramEngine {

    private final DatagramEngine real;
    private final Set<String> openedBy = ConcurrentHashMap.newKeySet();
    private final List<WatchedPort> opened = new CopyOnWriteArrayList<>();
    private volatile long laterNanos;
    private volatile long timerNanos = Long.MIN_VALUE;

    WatchedEngine(DatagramEngine real) {
      this.real = real;
    }

    @Override
    public DatagramPort open(PortOptions options, DatagramHandler handler) throws IOException {
      openedBy.add(Thread.currentThread().getName());
      WatchedPort port = new WatchedPort(real.open(options, handler), new AtomicLong());
      opened.add(port);
      return port;
    }

    @Override
    public EngineTimer newTimer(Runnable task) {
      return new EngineTimer() {
        @Override
        public void set(long atNanos) {
          timerNanos = atNanos;
        }

        @Override
        public void cancel() {
          timerNanos = Long.MIN_VALUE;
        }
      };
    }

    @Override
    public String name() {
      return real.name();
    }

    @Override
    public void execute(Runnable task) {
      real.execute(task);
    }

    @Override
    public <T> CompletableFuture<T> call(Callable<T> work) {
      return real.call(work);
    }

    @Override
    public CompletableFuture<Void> ended() {
      return real.ended();
    }

    @Override
    public long nanoTime() {
      return real.nanoTime() + laterNanos;
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
