package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.EngineChoice;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every engine that this machine has keeps the contract of {@link DatagramEngine}, on loopback. */
final class EngineTest {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final List<DatagramEngine> open = new ArrayList<>();

  static Stream<EngineChoice> engines() {
    return Stream.of(
            EngineChoice.NATIVE, EngineChoice.EPOLL, EngineChoice.IO_URING, EngineChoice.NIO)
        .filter(EngineTest::available);
  }

  private static boolean available(EngineChoice choice) {
    try {
      Engines.open(choice, "probe").close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @AfterEach
  void closeEngines() {
    open.forEach(DatagramEngine::close);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void datagramsOfEverySizeArriveWholeInOrderAndOnce(EngineChoice choice) throws Exception {
    DatagramEngine engine = engine(choice);
    Inbox inbox = new Inbox();
    DatagramPort to = engine.open(at(0), inbox);
    DatagramPort from = engine.open(at(0), new Inbox());
    Random random = new Random(7);
    List<byte[]> sent = new ArrayList<>();
    for (int size : new int[] {1, 0, 1400, 65_507, 0, 0, 9, 1400}) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      sent.add(bytes);
    }

    run(
        engine,
        () -> {
          sent.forEach(bytes -> from.send(ByteBuffer.wrap(bytes), to.localAddress()));
          from.flush();
        });

    for (byte[] bytes : sent) {
      Arrival arrival = inbox.next();
      assertArrayEquals(bytes, arrival.bytes());
      assertEquals(from.localAddress(), arrival.source());
    }
    await(() -> inbox.batchEnds > 0, engine);
    assertTrue(inbox.arrivals.isEmpty(), "nothing twice");
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aConnectedPortHearsItsPeerOnly(EngineChoice choice) throws Exception {
    DatagramEngine engine = engine(choice);
    Inbox atServer = new Inbox();
    DatagramPort server = engine.open(at(0), atServer);
    Inbox atClient = new Inbox();
    DatagramPort client = engine.open(PortOptions.connected(server.localAddress()), atClient);
    DatagramPort stranger = engine.open(at(0), new Inbox());

    run(
        engine,
        () -> {
          sendAll(client, null, "one", "", "two");
          sendAll(stranger, client.localAddress(), "stranger");
        });
    for (String text : List.of("one", "", "two")) {
      Arrival arrival = atServer.next();
      assertEquals(text, arrival.text());
      assertEquals(client.localAddress(), arrival.source());
    }

    run(
        engine,
        () -> {
          sendAll(server, client.localAddress(), "answer", "", "end");
          // While those wait to be read, an empty one must not cost them.
          sendAll(client, null, "");
        });
    for (String text : List.of("answer", "", "end")) {
      assertEquals(text, atClient.next().text());
    }
    assertEquals("", atServer.next().text());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aRefusalIsReportedAndThePortGoesOn(EngineChoice choice) throws Exception {
    DatagramEngine engine = engine(choice);
    DatagramPort gone = engine.open(at(0), new Inbox());
    InetSocketAddress address = gone.localAddress();
    closeAndWait(engine, gone, address);
    Inbox inbox = new Inbox();
    DatagramPort client = engine.open(PortOptions.connected(address), inbox);

    run(engine, () -> sendAll(client, null, "anyone?"));
    IOException error = inbox.errors.poll(5, TimeUnit.SECONDS);
    assertInstanceOf(PortUnreachableException.class, error);
    assertEquals(
        address.getHostString() + ":" + address.getPort() + ": connection refused",
        error.getMessage());

    Inbox atServer = new Inbox();
    engine.open(PortOptions.at(address), atServer);
    run(engine, () -> sendAll(client, null, "and now?"));
    assertEquals("and now?", atServer.next().text());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void anAddressThatCannotBeBoundIsOneClearLine(EngineChoice choice) throws Exception {
    DatagramEngine engine = engine(choice);
    InetSocketAddress taken = engine.open(at(0), new Inbox()).localAddress();

    assertEquals(
        "127.0.0.1:"
            + taken.getPort()
            + ": address already in use; end what listens there, or choose another port",
        refused(engine, PortOptions.at(taken)));
    assertEquals(
        "192.0.2.1:3000: not an address of this host",
        refused(
            engine,
            PortOptions.at(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 3000))));
    assertEquals(
        "interface nosuch0: no such interface",
        refused(engine, PortOptions.at(Addresses.literal("0.0.0.0")).withDevice("nosuch0")));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aPortMayBeHeldToAnInterface(EngineChoice choice) throws Exception {
    DatagramEngine engine = engine(choice);
    Inbox inbox = new Inbox();
    DatagramPort to = engine.open(at(0), inbox);
    DatagramPort from;
    try {
      from =
          engine.open(PortOptions.at(Addresses.literal("0.0.0.0")).withDevice("lo"), new Inbox());
    } catch (IOException e) {
      Assumptions.abort(e.getMessage());
      throw e;
    }
    run(engine, () -> sendAll(from, to.localAddress(), "by lo"));
    assertEquals("by lo", inbox.next().text());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aMarkIsSetOrRefusedInOneLine(EngineChoice choice) throws Exception {
    DatagramEngine engine = engine(choice);
    PortOptions marked = at(0).withMark(0xffff_ffff);
    if (choice == EngineChoice.NIO) {
      assertEquals(
          "fwmark 4294967295: not available with engine nio; take engine = native on Linux, or"
              + " bind= elsewhere",
          refused(engine, marked));
    } else if (System.getProperty("user.name").equals("root")) {
      Inbox inbox = new Inbox();
      DatagramPort to = engine.open(at(0), inbox);
      DatagramPort from = engine.open(marked, new Inbox());
      run(engine, () -> sendAll(from, to.localAddress(), "marked"));
      assertEquals("marked", inbox.next().text());
    } else {
      assertEquals("fwmark 4294967295: needs root or CAP_NET_ADMIN", refused(engine, marked));
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aWildcardHearsBothFamilies(EngineChoice choice) throws Exception {
    Assumptions.assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "IPv6");
    DatagramEngine engine = engine(choice);
    Inbox inbox = new Inbox();
    int port = engine.open(PortOptions.at(Addresses.literal("::")), inbox).localAddress().getPort();
    DatagramPort four = engine.open(at(0), new Inbox());
    DatagramPort six = engine.open(PortOptions.at(Addresses.literal("::1")), new Inbox());

    run(engine, () -> sendAll(four, new InetSocketAddress(LOOPBACK, port), "four"));
    assertInstanceOf(Inet4Address.class, inbox.next().source().getAddress());
    run(
        engine,
        () -> sendAll(six, new InetSocketAddress(InetAddress.ofLiteral("::1"), port), "six"));
    assertInstanceOf(Inet6Address.class, inbox.next().source().getAddress());
    run(
        engine,
        () -> sendAll(four, new InetSocketAddress(InetAddress.ofLiteral("::1"), port), "never"));
    assertEquals(1, four.sendDrops(), "IPv4 cannot reach IPv6, and says so by counting");
  }

  @ParameterizedTest
  @MethodSource("engines")
  void whatCannotBeSentIsDroppedAndCounted(EngineChoice choice) throws Exception {
    DatagramEngine engine = engine(choice);
    DatagramPort port = engine.open(at(0), new Inbox());
    InetSocketAddress to = engine.open(at(0), new Inbox()).localAddress();
    run(
        engine,
        () -> {
          port.send(ByteBuffer.allocate(65_508), to);
          port.flush();
          // From a loopback address nothing leaves this host.
          port.send(
              ByteBuffer.allocate(1), new InetSocketAddress(InetAddress.ofLiteral("8.8.8.8"), 9));
          port.flush();
        });
    await(() -> port.sendDrops() == 2, engine);
    // Nothing reads while this runs, so the queue must stop by itself.
    run(
        engine,
        () -> {
          ByteBuffer big = ByteBuffer.allocate(60_000);
          for (int i = 0; i < 2_000; i++) {
            port.send(big, to);
          }
        });
    Inbox inbox = new Inbox();
    DatagramPort listener = engine.open(at(0), inbox);
    await(
        () -> {
          run(engine, () -> sendAll(port, listener.localAddress(), "still alive"));
          return !inbox.arrivals.isEmpty();
        },
        engine);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aHandlerThatThrowsKillsNothing(EngineChoice choice) throws Exception {
    DatagramEngine engine = engine(choice);
    Inbox inbox = new Inbox();
    DatagramPort to =
        engine.open(
            at(0),
            new Inbox() {
              @Override
              public void onDatagram(
                  DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
                inbox.onDatagram(port, source, datagram);
                throw new IllegalStateException("on purpose");
              }
            });
    DatagramPort from = engine.open(at(0), new Inbox());
    for (String text : List.of("one", "two")) {
      run(engine, () -> sendAll(from, to.localAddress(), text));
      assertEquals(text, inbox.next().text());
    }
    await(() -> failures(engine) == 2, engine);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aTimerFiresWhenItWasLastSetTo(EngineChoice choice) throws Exception {
    DatagramEngine engine = engine(choice);
    BlockingQueue<Long> fired = new LinkedBlockingQueue<>();
    Engine.EngineTimer timer = engine.newTimer(() -> fired.add(engine.nanoTime()));
    long start = engine.nanoTime();
    long late = start + TimeUnit.SECONDS.toNanos(100);
    long soon = start + TimeUnit.MILLISECONDS.toNanos(40);
    long later = start + TimeUnit.MILLISECONDS.toNanos(80);

    run(
        engine,
        () -> {
          timer.set(late);
          timer.set(soon);
          timer.set(later);
        });
    Long at = fired.poll(5, TimeUnit.SECONDS);
    assertNotNull(at, "an earlier time replaces a later one");
    assertTrue(at - later >= 0, "a later time replaces an earlier one");

    run(engine, () -> timer.set(engine.nanoTime() - 1));
    assertNotNull(fired.poll(5, TimeUnit.SECONDS), "a time that has passed is now");

    run(
        engine,
        () -> {
          timer.set(engine.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20));
          timer.cancel();
        });
    BlockingQueue<Long> after = new LinkedBlockingQueue<>();
    Engine.EngineTimer other = engine.newTimer(() -> after.add(0L));
    run(engine, () -> other.set(engine.nanoTime() + TimeUnit.MILLISECONDS.toNanos(60)));
    assertNotNull(after.poll(5, TimeUnit.SECONDS));
    assertTrue(fired.isEmpty(), "cancelled");
  }

  @ParameterizedTest
  @MethodSource("engines")
  void whatWasFlushedLeavesBeforeTheEngineCloses(EngineChoice choice) throws Exception {
    DatagramEngine receiver = engine(choice);
    Inbox inbox = new Inbox();
    InetSocketAddress to = receiver.open(at(0), inbox).localAddress();
    DatagramEngine sender = engine(choice);
    DatagramPort from = sender.open(at(0), new Inbox());
    run(
        sender,
        () -> {
          sendAll(from, to, "good", "bye");
          from.close();
        });
    sender.close();
    assertEquals("good", inbox.next().text());
    assertEquals("bye", inbox.next().text());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void portsThatWereClosedLeaveNoDescriptors(EngineChoice choice) throws Exception {
    Path descriptors = Path.of("/proc/self/fd");
    Assumptions.assumeTrue(Files.isDirectory(descriptors), "/proc");
    DatagramEngine engine = engine(choice);
    InetSocketAddress peer = engine.open(at(0), new Inbox()).localAddress();
    long before = count(descriptors);
    Set<DatagramPort> ports = new HashSet<>();
    run(
        engine,
        () -> {
          for (int i = 0; i < 200; i++) {
            ports.add(openUnchecked(engine, i % 2 == 0 ? at(0) : PortOptions.connected(peer)));
          }
        });
    assertTrue(count(descriptors) >= before + 200);
    run(engine, () -> ports.forEach(DatagramPort::close));
    await(() -> count(descriptors) <= before, engine);
  }

  private DatagramEngine engine(EngineChoice choice) throws IOException {
    DatagramEngine engine = Engines.open(choice, "engine-" + choice);
    open.add(engine);
    return engine;
  }

  private static long failures(DatagramEngine engine) {
    return engine instanceof NativeEngine linux
        ? linux.failures()
        : ((NettyEngine) engine).failures();
  }

  private static PortOptions at(int port) {
    return PortOptions.at(new InetSocketAddress(LOOPBACK, port));
  }

  private static String refused(DatagramEngine engine, PortOptions options) {
    return assertThrows(IOException.class, () -> engine.open(options, new Inbox())).getMessage();
  }

  private static DatagramPort openUnchecked(DatagramEngine engine, PortOptions options) {
    try {
      return engine.open(options, new Inbox());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void sendAll(DatagramPort port, InetSocketAddress to, String... texts) {
    for (String text : texts) {
      port.send(ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)), to);
    }
    port.flush();
  }

  private static void closeAndWait(
      DatagramEngine engine, DatagramPort port, InetSocketAddress address) throws Exception {
    run(engine, port::close);
    await(
        () -> {
          try (java.net.DatagramSocket probe = new java.net.DatagramSocket(address)) {
            return probe.isBound();
          } catch (java.net.SocketException e) {
            return false;
          }
        },
        engine);
  }

  /** Runs the task on the engine's thread and waits for it. */
  private static void run(DatagramEngine engine, Runnable task) throws Exception {
    BlockingQueue<String> done = new LinkedBlockingQueue<>();
    engine.execute(
        () -> {
          try {
            task.run();
            done.add("");
          } catch (RuntimeException | AssertionError e) {
            done.add(e.toString());
          }
        });
    assertEquals("", done.poll(10, TimeUnit.SECONDS));
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition, DatagramEngine engine) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() - end < 0, "waited too long on " + engine.name());
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static long count(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.count();
    }
  }

  private record Arrival(InetSocketAddress source, byte[] bytes) {
    String text() {
      return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  private static class Inbox implements DatagramHandler {
    final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    final BlockingQueue<IOException> errors = new LinkedBlockingQueue<>();
    volatile int batchEnds;

    Arrival next() throws InterruptedException {
      Arrival arrival = arrivals.poll(5, TimeUnit.SECONDS);
      assertNotNull(arrival, "a datagram");
      return arrival;
    }

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
      byte[] bytes = new byte[datagram.remaining()];
      datagram.get(bytes);
      arrivals.add(new Arrival(source, bytes));
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public void onBatchEnd(DatagramPort port) {
      batchEnds++;
    }

    @Override
    public void onError(DatagramPort port, IOException error) {
      errors.add(error);
    }
  }
}
