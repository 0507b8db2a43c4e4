package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.net.SendPool.Message;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the native engine has beside the contract that {@link EngineTest} holds all to. */
final class NativeEngineTest {

  private static final int SO_NO_CHECK = 11; // of socket.h; socket(7) does not tell of it

  private NativeEngine engine;

  @BeforeEach
  void start() {
    engine = assumedNative();
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private static NativeEngine assumedNative() {
    try {
      return NativeEngine.start("native");
    } catch (IOException e) {
      return Assumptions.abort(e.getMessage());
    }
  }

  @Test
  void itIsWhatAutomaticTakes() throws IOException {
    try (DatagramEngine automatic = Engines.open(EngineChoice.AUTO, "automatic")) {
      assertEquals("native", automatic.name());
    }
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, 127.0.0.1", "::1, ::1", "::, 127.0.0.1"})
  void burstsOfEverySizeArriveAsTheyWereSent(String local, String loopback) throws Exception {
    Assumptions.assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "IPv6");
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Inbox> inboxes = List.of(new Inbox(), new Inbox());
    PortOptions options = PortOptions.at(Addresses.literal(loopback)).withBufferBytes(4 << 20);
    List<DatagramPort> receivers = new ArrayList<>();
    for (Inbox inbox : inboxes) {
      receivers.add(engine.open(options, inbox));
    }
    DatagramPort free = engine.open(PortOptions.at(Addresses.literal(local)), new Inbox());
    DatagramPort tied =
        engine.open(PortOptions.connected(receivers.getFirst().localAddress()), new Inbox());

    for (int round = 0; round < 60; round++) {
      List<List<byte[]>> sent = List.of(new ArrayList<>(), new ArrayList<>());
      boolean connected = random.nextInt(4) == 0;
      DatagramPort from = connected ? tied : free;
      int bursts = 1 + random.nextInt(4);
      onEngine(
          () -> {
            for (int i = 0; i < bursts; i++) {
              int to = connected ? 0 : random.nextInt(2);
              for (byte[] bytes : burst(random)) {
                from.send(wrapped(bytes, random), connected ? null : address(receivers, to));
                sent.get(to).add(bytes);
              }
            }
            from.flush();
            return null;
          });
      for (int to = 0; to < 2; to++) {
        for (byte[] bytes : sent.get(to)) {
          Arrival arrival = inboxes.get(to).next();
          assertArrayEquals(bytes, arrival.bytes(), "seed " + seed);
          InetSocketAddress source =
              new InetSocketAddress(InetAddress.ofLiteral(loopback), from.localAddress().getPort());
          assertEquals(source, arrival.source(), "seed " + seed);
        }
      }
    }
    assertTrue(inboxes.stream().allMatch(inbox -> inbox.arrivals.isEmpty()), "seed " + seed);
    assertEquals(0, free.sendDrops() + tied.sendDrops(), "seed " + seed);
  }

  @Test
  void aDatagramThatWaitedArrivedWhenItReachedTheSocket() throws Exception {
    BlockingQueue<Long> waited = new LinkedBlockingQueue<>();
    DatagramPort receiver =
        engine.open(
            PortOptions.at(Addresses.literal("127.0.0.1")).withStamps(),
            new Inbox() {
              @Override
              public void onDatagram(
                  DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
                long now = engine.nanoTime();
                waited.add(now - port.arrivedNanos(now));
              }
            });
    DatagramPort sender = engine.open(PortOptions.connected(receiver.localAddress()), new Inbox());
    // The kernel begins to stamp a while after it is asked to, by a task of its own.
    for (int tries = 0; !areOfTheirArrival(sender, waited); tries++) {
      assertTrue(tries < 100, "datagrams that have waited, and do not say so");
    }
  }

  /** Whether datagrams that had to wait are said to have waited so long. */
  private boolean areOfTheirArrival(DatagramPort sender, BlockingQueue<Long> waited)
      throws Exception {
    long heldUpNanos =
        engine
            .call(
                () -> {
                  sender.send(ByteBuffer.allocate(1), null);
                  sender.send(ByteBuffer.allocate(2), null);
                  for (int i = 0; i < 2; i++) {
                    sender.send(ByteBuffer.allocate(100), null);
                  }
                  sender.flush();
                  long sent = engine.nanoTime();
                  TimeUnit.MILLISECONDS.sleep(30); // as a pause of the collector's
                  return engine.nanoTime() - sent;
                })
            .get();
    boolean are = true;
    for (int i = 0; i < 4; i++) {
      Long nanos = waited.poll(10, TimeUnit.SECONDS);
      assertNotNull(nanos, "has not come");
      assertTrue(nanos < TimeUnit.SECONDS.toNanos(1), "by the engine's clock");
      are &= nanos >= heldUpNanos;
    }
    return are;
  }

  @Test
  void whoPollsBusilyDoesEverythingElseToo() throws Exception {
    long whileNanos = TimeUnit.MILLISECONDS.toNanos(300);
    try (NativeEngine busy =
        NativeEngine.start("busy-polling", System::nanoTime, new BusyPoll(whileNanos), true)) {
      Inbox inbox = new Inbox();
      DatagramPort to = busy.open(at(0), inbox);
      DatagramPort from = busy.open(at(0), new Inbox());
      for (int i = 0; i < 3; i++) {
        busy.runAndWait(() -> sendAll(from, to.localAddress(), "one"));
        assertEquals("one", inbox.next().text());
        CountDownLatch fired = new CountDownLatch(1);
        Engine.EngineTimer timer = busy.newTimer(fired::countDown);
        busy.runAndWait(() -> timer.set(busy.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2)));
        await(fired);
      }
      // It falls asleep at last, and wakes up for a task as ever; were it still awake, it would
      // too.
      TimeUnit.NANOSECONDS.sleep(whileNanos + TimeUnit.MILLISECONDS.toNanos(20));
      assertTrue(busy.runAndWait(() -> sendAll(from, to.localAddress(), "two")));
      assertEquals("two", inbox.next().text());
    }
  }

  private static InetSocketAddress address(List<DatagramPort> ports, int index) {
    return ports.get(index).localAddress();
  }

  /** Datagrams of one size, and one that may be shorter or longer behind them: 300 kB at most. */
  private static List<byte[]> burst(Random random) {
    int[] sizes = {0, 1, 2, 100, 1200, 1399, 1400, 1472, 9000, 30_000, 65_507};
    int size = sizes[random.nextInt(sizes.length)];
    int count = 1 + random.nextInt(Math.clamp(200_000 / Math.max(1, size), 1, 150));
    List<byte[]> burst = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      burst.add(bytes(size, random));
    }
    burst.add(bytes(random.nextInt(Math.min(65_507, size + 3)), random));
    return burst;
  }

  private static byte[] bytes(int size, Random random) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Now on the heap and now outside, and not always at the beginning. */
  private static ByteBuffer wrapped(byte[] bytes, Random random) {
    int before = random.nextInt(3);
    int room = before + bytes.length + random.nextInt(3);
    ByteBuffer buffer =
        random.nextBoolean() ? ByteBuffer.allocate(room) : ByteBuffer.allocateDirect(room);
    return buffer.put(before, bytes).position(before).limit(before + bytes.length);
  }

  @Test
  void aBurstIsOneMessageToTheKernelAndBack() throws IOException {
    try (NativeMemory memory = NativeMemory.open(System::nanoTime)) {
      NativeSocket to = memory.newSocket(false);
      NativeSocket from = memory.newSocket(false);
      try {
        to.bind(Addresses.literal("127.0.0.1"));
        to.receiveJoined();
        from.bind(Addresses.literal("127.0.0.1"));
        Assumptions.assumeTrue(from.sendsJoined(), "UDP_SEGMENT");
        SendQueue queue = new SendQueue(memory.pool);
        for (int i = 0; i < 40; i++) {
          int size = i < 39 ? 1400 : 7;
          queue.add(ByteBuffer.allocate(size), to.localAddress(), Message.OF_SOCKET, 1400);
        }
        assertEquals(1, memory.send.send(from, queue.first()));
        queue.clear();
        assertEquals(1, memory.receive.receive(to, ReceiveBatch.SLOTS));
        assertEquals(39 * 1400 + 7, memory.receive.bytes(0));
        assertEquals(1400, memory.receive.segmentBytes(0));

        queue.add(ByteBuffer.allocate(9), to.localAddress(), Message.OF_SOCKET, 1400);
        assertEquals(1, memory.send.send(from, queue.first()));
        queue.clear();
        assertEquals(1, memory.receive.receive(to, ReceiveBatch.SLOTS));
        assertEquals(9, memory.receive.bytes(0));
        assertEquals(ReceiveBatch.SLOT_BYTES, memory.receive.segmentBytes(0), "one alone");
      } finally {
        to.close();
        from.close();
      }
    }
  }

  /** What others wait for, and what the last of a turn waits for itself, decision 13 says. */
  @Test
  void aTurnOfManyJoinedDatagramsIsHardlyMoreThanItIsToBe() throws Exception {
    NativeEngine other = assumedNative();
    try {
      AtomicInteger handed = new AtomicInteger();
      BlockingQueue<Integer> turns = new LinkedBlockingQueue<>();
      Inbox counting =
          new Inbox() {
            @Override
            public void onDatagram(
                DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
              handed.incrementAndGet();
            }

            @Override
            public void onBatchEnd(DatagramPort port) {
              turns.add(handed.getAndSet(0));
            }
          };
      DatagramPort to = other.open(at(0).withBufferBytes(4 << 20), counting);
      NativePort from = (NativePort) engine.open(at(0), new Inbox());
      Assumptions.assumeTrue(from.maxJoinedBytes(to.localAddress()) > 0, "UDP_SEGMENT");
      CountDownLatch busy = new CountDownLatch(1);
      other.execute(() -> await(busy));
      onEngine(
          () -> {
            for (int i = 0; i < 40 * 46; i++) {
              from.send(ByteBuffer.allocate(100), to.localAddress());
              if (i % 46 == 45) {
                from.flush();
              }
            }
            return null;
          });
      busy.countDown();
      int first = turns.poll(10, TimeUnit.SECONDS);
      assertTrue(first <= 16 * 46, () -> first + " in one call, when nothing is known of them");
      for (int all = first; all < 40 * 46; ) {
        Integer turn = turns.poll(10, TimeUnit.SECONDS);
        assertNotNull(turn, "the others");
        assertTrue(turn < 256 + 46, () -> turn + " in one turn");
        all += turn;
      }
    } finally {
      other.close();
    }
  }

  @Test
  void othersGetOneDatagramForEachThatWasSent() throws Exception {
    DatagramPort from = engine.open(at(0), new Inbox());
    try (DatagramChannel other = DatagramChannel.open()) {
      other.bind(new InetSocketAddress("127.0.0.1", 0));
      other.socket().setSoTimeout(5_000);
      InetSocketAddress address = (InetSocketAddress) other.getLocalAddress();
      onEngine(
          () -> {
            for (int i = 0; i < 50; i++) {
              from.send(ByteBuffer.allocate(1000).put(0, (byte) i), address);
            }
            from.flush();
            return null;
          });
      for (int i = 0; i < 50; i++) {
        ByteBuffer received = ByteBuffer.allocate(2000);
        other.receive(received);
        assertEquals(1000, received.position());
        assertEquals(i, received.get(0));
      }
    }
  }

  @Test
  void whereTheKernelDoesNotCutDatagramsLeaveOneByOne() throws Exception {
    Inbox inbox = new Inbox();
    DatagramPort to = engine.open(at(0).withBufferBytes(4 << 20), inbox);
    NativePort from = (NativePort) engine.open(at(0), new Inbox());
    Assumptions.assumeTrue(from.maxJoinedBytes(to.localAddress()) > 0, "UDP_SEGMENT");
    switchOffChecksums(from.localAddress().getPort()); // udp.c: then EINVAL for UDP_SEGMENT
    for (int size : new int[] {1400, 1300, 1200, 1100}) {
      onEngine(
          () -> {
            for (int i = 0; i < 20; i++) {
              from.send(ByteBuffer.allocate(size).put(0, (byte) i), to.localAddress());
            }
            from.send(ByteBuffer.allocate(3), to.localAddress());
            from.flush();
            return null;
          });
      for (int i = 0; i < 20; i++) {
        byte[] bytes = inbox.next().bytes();
        assertEquals(size, bytes.length);
        assertEquals(i, bytes[0]);
      }
      assertEquals(3, inbox.next().bytes().length);
    }
    assertEquals(0, from.sendDrops());
    assertEquals(0, from.maxJoinedBytes(to.localAddress()), "it does not try for ever");
  }

  @Test
  void anEngineThatIsNotToJoinSendsEachAlone() throws Exception {
    try (NativeEngine single =
        NativeEngine.start("single-native", System::nanoTime, new BusyPoll(0), false)) {
      Inbox inbox = new Inbox();
      DatagramPort to = single.open(at(0).withBufferBytes(4 << 20), inbox);
      NativePort from = (NativePort) single.open(at(0), new Inbox());
      assertEquals(0, from.maxJoinedBytes(to.localAddress()));
      on(
          single,
          () -> {
            for (int i = 0; i < 20; i++) {
              from.send(ByteBuffer.allocate(1400).put(0, (byte) i), to.localAddress());
            }
            from.flush();
            return null;
          });
      for (int i = 0; i < 20; i++) {
        assertEquals(i, inbox.next().bytes()[0]);
      }
    }
  }

  @Test
  void oneLengthCountsOnceAndJoiningComesBack() throws Exception {
    AtomicLong later = new AtomicLong();
    try (NativeEngine shifted =
        NativeEngine.start(
            "shifted-native", () -> System.nanoTime() + later.get(), new BusyPoll(0), true)) {
      Inbox inbox = new Inbox();
      DatagramPort to = engine.open(at(0).withBufferBytes(4 << 20), inbox);
      NativePort from = (NativePort) shifted.open(at(0), new Inbox());
      int longest = from.maxJoinedBytes(to.localAddress());
      Assumptions.assumeTrue(longest > 0, "UDP_SEGMENT");
      int descriptor = switchOffChecksums(from.localAddress().getPort());
      Callable<Integer> burst =
          () -> {
            for (int i = 0; i < 300; i++) {
              from.send(ByteBuffer.allocate(1400), to.localAddress());
            }
            from.flush();
            return from.maxJoinedBytes(to.localAddress());
          };
      assertEquals(1399, on(shifted, burst), "five messages, and one length");
      assertEquals(1399, on(shifted, burst));
      later.set(TimeUnit.SECONDS.toNanos(61));
      setNoChecksums(descriptor, 0);
      assertEquals(longest, on(shifted, burst));
      for (int i = 0; i < 900; i++) {
        assertEquals(1400, inbox.next().bytes().length);
      }
      assertEquals(0, from.sendDrops());
    }
  }

  @Test
  void errorsOfHandlersTasksAndTimersAreSurvived() throws Exception {
    Inbox inbox = new Inbox();
    DatagramPort to =
        engine.open(
            at(0),
            new Inbox() {
              @Override
              public void onDatagram(
                  DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
                inbox.onDatagram(port, source, datagram);
                throw new OutOfMemoryError("on purpose");
              }

              @Override
              public void onBatchEnd(DatagramPort port) {
                throw new StackOverflowError("on purpose");
              }
            });
    DatagramPort from = engine.open(at(0), new Inbox());
    Engine.EngineTimer timer =
        engine.newTimer(
            () -> {
              throw new AssertionError("on purpose");
            });
    engine.execute(() -> timer.set(engine.nanoTime()));
    engine.execute(
        () -> {
          throw new InternalError("on purpose");
        });
    for (String text : List.of("one", "two")) {
      engine.execute(() -> sendAll(from, to.localAddress(), text));
      assertEquals(text, inbox.next().text());
    }
    until(() -> engine.failures() >= 6);
    assertFalse(engine.ended().isDone());
  }

  @Test
  void turnsThatFailAreFollowedByOthers() throws Exception {
    AtomicBoolean fails = new AtomicBoolean();
    AtomicLong failures = new AtomicLong();
    try (NativeEngine failing =
        NativeEngine.start("failing-native", clock(fails, failures), new BusyPoll(0), true)) {
      Inbox inbox = new Inbox();
      DatagramPort to = failing.open(at(0), inbox);
      DatagramPort from = engine.open(at(0), new Inbox());
      fails.set(true);
      failing.execute(() -> {});
      until(() -> failures.get() >= 20);
      fails.set(false);
      engine.execute(() -> sendAll(from, to.localAddress(), "still there?"));
      assertEquals("still there?", inbox.next().text());
      assertFalse(failing.ended().isDone());
    }
  }

  @Test
  void oneThatCannotGoOnEndsAndSaysSo() throws Exception {
    AtomicBoolean fails = new AtomicBoolean();
    NativeEngine failing =
        NativeEngine.start("dying-native", clock(fails, new AtomicLong()), new BusyPoll(0), true);
    DatagramPort port = failing.open(at(0), new Inbox());
    fails.set(true);
    failing.execute(() -> {});
    failing.ended().get(10, TimeUnit.SECONDS);
    itIsClosed(failing);
    port.close();
    until(() -> threads("dying-native") == 0);
  }

  private static LongSupplier clock(AtomicBoolean fails, AtomicLong failures) {
    return () -> {
      if (fails.get()) {
        failures.incrementAndGet();
        throw new OutOfMemoryError("on purpose");
      }
      return System.nanoTime();
    };
  }

  @Test
  void afterTheEndNobodyWaits() throws Exception {
    NativeEngine closed = NativeEngine.start("closed-native");
    assertFalse(closed.ended().isDone());
    assertTrue(closed.runAndWait(() -> {}));
    assertEquals(7, closed.call(() -> 7).join());
    assertEquals(8, closed.call(() -> closed.call(() -> 8).join()).join());
    closed.close();
    closed.ended().get(10, TimeUnit.SECONDS);
    itIsClosed(closed);
  }

  private static void itIsClosed(NativeEngine closed) {
    closed.execute(() -> {});
    CompletableFuture<Integer> call = closed.call(() -> 7);
    CompletionException told = assertThrows(CompletionException.class, call::join);
    assertInstanceOf(RejectedExecutionException.class, told.getCause());
    assertFalse(closed.runAndWait(() -> {}));
    assertThrows(IOException.class, () -> closed.open(at(0), new Inbox()));
    closed.close();
    closed.close();
  }

  @Test
  void whatWasThrownInACallIsToldToTheCaller() {
    CompletionException told =
        assertThrows(
            CompletionException.class,
            () ->
                engine.runAndWait(
                    () -> {
                      throw new IllegalStateException("on purpose");
                    }));
    assertEquals("on purpose", told.getCause().getMessage());
  }

  @Test
  void anOpeningThatIsInterruptedLeavesNoSocket() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    engine.execute(() -> await(busy));
    int free = freePort();
    FutureTask<IOException> opening =
        new FutureTask<>(
            () -> assertThrows(IOException.class, () -> engine.open(at(free), new Inbox())));
    Thread opener = Thread.ofPlatform().start(opening);
    opener.interrupt();
    assertTrue(opening.get(5, TimeUnit.SECONDS).getMessage().startsWith("interrupted"));
    busy.countDown();
    onEngine(() -> null);
    onEngine(() -> null);
    engine.open(at(free), new Inbox());
  }

  private static int freePort() throws IOException {
    try (DatagramChannel channel = DatagramChannel.open()) {
      channel.bind(new InetSocketAddress("127.0.0.1", 0));
      return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }
  }

  @Test
  void anInterfaceNameThatIsTooLongIsNotCutToAnother() {
    PortOptions options =
        PortOptions.at(Addresses.literal("0.0.0.0")).withDevice("sixteen-letters-");
    IOException told = assertThrows(IOException.class, () -> engine.open(options, new Inbox()));
    assertTrue(told.getMessage().contains("no such interface"), told.getMessage());
  }

  @Test
  void datagramsThatDoNotGoAloneEitherAreNoReasonToPartOthers() throws Exception {
    Inbox inbox = new Inbox();
    DatagramPort to = engine.open(at(0), inbox);
    NativePort from = (NativePort) engine.open(at(0), new Inbox());
    int joined = from.maxJoinedBytes(to.localAddress());
    onEngine(
        () -> {
          // From a loopback address nothing leaves this host: EINVAL, joined or alone.
          for (int i = 0; i < 10; i++) {
            from.send(ByteBuffer.allocate(100), new InetSocketAddress("8.8.8.8", 9));
          }
          from.flush();
          sendAll(from, to.localAddress(), "on");
          return null;
        });
    assertEquals("on", inbox.next().text());
    assertEquals(10, from.sendDrops());
    assertEquals(joined, from.maxJoinedBytes(to.localAddress()));
  }

  @Test
  void whatCannotBeSentDoesNotHoldUpItsNeighbours() throws Exception {
    Inbox inbox = new Inbox();
    DatagramPort to = engine.open(at(0), inbox);
    DatagramPort from = engine.open(at(0), new Inbox());
    onEngine(
        () -> {
          InetSocketAddress nowhere = new InetSocketAddress("8.8.8.8", 9);
          sendLater(from, to.localAddress(), "one", "two");
          sendLater(from, nowhere, "bad", "too");
          sendLater(from, to.localAddress(), "three");
          from.send(ByteBuffer.allocate(65_508), to.localAddress());
          from.send(ByteBuffer.allocate(1 << 20), to.localAddress());
          sendLater(from, to.localAddress(), "", "four");
          sendLater(from, nowhere, "bad");
          from.flush();
          return null;
        });
    for (String text : List.of("one", "two", "three", "", "four")) {
      assertEquals(text, inbox.next().text());
    }
    assertEquals(5, onEngine(from::sendDrops));
  }

  @Test
  void aRefusalOfOneDatagramDoesNotCostTheNext() throws Exception {
    InetSocketAddress address;
    try (DatagramChannel gone = DatagramChannel.open()) {
      gone.bind(new InetSocketAddress("127.0.0.1", 0));
      address = (InetSocketAddress) gone.getLocalAddress();
    }
    Inbox inbox = new Inbox();
    DatagramPort client = engine.open(PortOptions.connected(address), inbox);
    Inbox atServer = new Inbox();
    onEngine(
        () -> {
          sendAll(client, null, "anyone?");
          engine.open(PortOptions.at(address), atServer);
          sendAll(client, null, "and now?");
          return null;
        });
    assertEquals("and now?", atServer.next().text());
    assertInstanceOf(PortUnreachableException.class, inbox.errors.poll(5, TimeUnit.SECONDS));
    assertEquals(0, onEngine(client::sendDrops));
  }

  @Test
  void whatIsNotReadInTimeIsCounted() throws Exception {
    Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/fd")), "Linux proper");
    NativeEngine other = assumedNative();
    try {
      Inbox inbox = new Inbox();
      DatagramPort to = other.open(at(0).withBufferBytes(20_000), inbox);
      DatagramPort from = engine.open(at(0), new Inbox());
      CountDownLatch busy = new CountDownLatch(1);
      other.execute(() -> await(busy));
      onEngine(
          () -> {
            for (int i = 0; i < 300; i++) {
              from.send(ByteBuffer.allocate(1000 + i), to.localAddress());
              from.flush();
            }
            return null;
          });
      busy.countDown();
      long drops = on(other, to::receiveDrops);
      assertTrue(drops > 100, () -> drops + " drops");
      until(() -> inbox.arrivals.size() + on(other, to::receiveDrops) == 300);
      on(
          other,
          () -> {
            to.close();
            return null;
          });
      assertEquals(drops, to.receiveDrops(), "still known when it is closed");
    } finally {
      other.close();
    }
  }

  @Test
  void socketsThatCannotBeOpenedLeaveNothing() throws Exception {
    Path descriptors = Path.of("/proc/self/fd");
    Assumptions.assumeTrue(Files.isDirectory(descriptors), "/proc");
    InetSocketAddress taken = engine.open(at(0), new Inbox()).localAddress();
    PortOptions elsewhere = PortOptions.at(new InetSocketAddress("192.0.2.1", 9));
    long before = count(descriptors);
    for (int i = 0; i < 300; i++) {
      assertThrows(IOException.class, () -> engine.open(PortOptions.at(taken), new Inbox()));
      assertThrows(IOException.class, () -> engine.open(elsewhere, new Inbox()));
      PortOptions device = PortOptions.at(Addresses.literal("0.0.0.0")).withDevice("nosuch0");
      assertThrows(IOException.class, () -> engine.open(device, new Inbox()));
    }
    // Fewer than one each: the others are whatever else this process does.
    until(() -> count(descriptors) < before + 250);
  }

  @Test
  void enginesThatWereClosedLeaveNothing() throws Exception {
    Path descriptors = Path.of("/proc/self/fd");
    Assumptions.assumeTrue(Files.isDirectory(descriptors), "/proc");
    long before = count(descriptors);
    for (int i = 0; i < 100; i++) {
      try (NativeEngine one = NativeEngine.start("brief-native")) {
        one.open(at(0), new Inbox());
      }
    }
    until(() -> count(descriptors) < before + 90);
    until(() -> threads("brief-native") == 0);
  }

  @Test
  void itClosesWhileItIsBusy() throws Exception {
    NativeEngine busy = NativeEngine.start("busy-native");
    DatagramPort one = busy.open(at(0), new Echo());
    DatagramPort two = busy.open(at(0), new Echo());
    Engine.EngineTimer[] timer = new Engine.EngineTimer[1];
    timer[0] = busy.newTimer(() -> timer[0].set(busy.nanoTime() - 1));
    busy.execute(() -> timer[0].set(busy.nanoTime()));
    busy.execute(() -> again(busy));
    busy.execute(() -> sendAll(one, two.localAddress(), "to", "and", "fro"));
    List<FutureTask<IOException>> openings = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      FutureTask<IOException> opening = new FutureTask<>(() -> openUntilClosed(busy));
      openings.add(opening);
      Thread.ofPlatform().start(opening);
    }
    until(() -> busy.failures() == 0 && threads("busy-native") == 1);

    busy.close();

    assertEquals(0, threads("busy-native"));
    for (FutureTask<IOException> opening : openings) {
      assertEquals("the engine is closed", opening.get(5, TimeUnit.SECONDS).getMessage());
    }
    busy.execute(() -> engine.failed(new AssertionError("ran after the end")));
    busy.close();
    one.send(ByteBuffer.allocate(1), two.localAddress());
    one.flush();
    one.close();
    assertFalse(one.stayOn(1));
    assertEquals(0, engine.failures());
  }

  private static void again(NativeEngine busy) {
    busy.execute(() -> again(busy));
  }

  private static IOException openUntilClosed(NativeEngine busy) {
    while (true) {
      try {
        DatagramPort port = busy.open(at(0), new Inbox());
        busy.execute(port::close);
      } catch (IOException e) {
        return e;
      }
    }
  }

  @Test
  void whoeverStillWaitsForASocketAtTheEndIsToldSo() throws Exception {
    NativeEngine ending = NativeEngine.start("ending-native");
    FutureTask<IOException> opening =
        new FutureTask<>(
            () -> assertThrows(IOException.class, () -> ending.open(at(0), new Inbox())));
    Thread opener = Thread.ofPlatform().unstarted(opening);
    ending.execute(
        () -> {
          ending.close();
          // More than have their turn before the time for closing is over.
          for (int i = 0; i < 2_000; i++) {
            ending.execute(() -> {});
          }
          long end = ending.nanoTime() + TimeUnit.MILLISECONDS.toNanos(600);
          opener.start();
          while (ending.nanoTime() - end < 0 || opener.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
        });
    assertEquals("the engine is closed", opening.get(10, TimeUnit.SECONDS).getMessage());
  }

  @Test
  void itMayBeClosedByItsOwnThread() throws Exception {
    NativeEngine closing = NativeEngine.start("closing-native");
    Inbox inbox = new Inbox();
    InetSocketAddress to = engine.open(at(0), inbox).localAddress();
    DatagramPort from = closing.open(at(0), new Inbox());
    closing.execute(
        () -> {
          sendLater(from, to, "bye");
          closing.close();
          closing.close();
        });
    assertEquals("bye", inbox.next().text());
    until(() -> threads("closing-native") == 0);
    closing.close();
  }

  @Test
  void aPortMayBeClosedInTheMiddleOfWhatItReceives() throws Exception {
    List<Integer> sizes = new ArrayList<>();
    DatagramPort to =
        engine.open(
            at(0),
            new Inbox() {
              @Override
              public void onDatagram(
                  DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
                sizes.add(datagram.remaining());
                port.close();
              }
            });
    Inbox after = new Inbox();
    DatagramPort from = engine.open(at(0), new Inbox());
    InetSocketAddress next = engine.open(at(0), after).localAddress();
    onEngine(
        () -> {
          for (int i = 0; i < 30; i++) {
            from.send(ByteBuffer.allocate(500), to.localAddress());
          }
          sendAll(from, next, "next");
          return null;
        });
    assertEquals("next", after.next().text());
    assertEquals(List.of(500), onEngine(() -> sizes));
    assertEquals(0, engine.failures());
  }

  /** Finds the socket among this process's descriptors, and returns it. */
  private static int switchOffChecksums(int port) throws IOException {
    String local = String.format(Locale.ROOT, ":%04X", port);
    String inode =
        Files.readAllLines(Path.of("/proc/net/udp")).stream()
            .map(line -> line.strip().split("\\s+", -1))
            .filter(columns -> columns[1].endsWith(local))
            .map(columns -> columns[9])
            .findFirst()
            .orElseThrow();
    try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
      int descriptor =
          links
              .filter(link -> target(link).equals("socket:[" + inode + "]"))
              .mapToInt(link -> Integer.parseInt(link.getFileName().toString()))
              .findFirst()
              .orElseThrow();
      setNoChecksums(descriptor, 1);
      return descriptor;
    }
  }

  private static void setNoChecksums(int descriptor, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_INT, value);
      LinuxSockets calls = new LinuxSockets(arena);
      assertEquals(
          0,
          calls.setsockopt(
              descriptor, LinuxOptions.SOL_SOCKET, SO_NO_CHECK, memory, Integer.BYTES));
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static PortOptions at(int port) {
    return PortOptions.at(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
  }

  private static void sendLater(DatagramPort port, InetSocketAddress to, String... texts) {
    for (String text : texts) {
      port.send(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), to);
    }
  }

  private static void sendAll(DatagramPort port, InetSocketAddress to, String... texts) {
    sendLater(port, to, texts);
    port.flush();
  }

  private <T> T onEngine(Callable<T> task) throws Exception {
    return on(engine, task);
  }

  private static <T> T on(NativeEngine engine, Callable<T> task) throws Exception {
    FutureTask<T> done = new FutureTask<>(task);
    engine.execute(done);
    return done.get(10, TimeUnit.SECONDS);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(10, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void until(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.call()) {
      assertTrue(System.nanoTime() - end < 0, "waited too long");
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  private static long count(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.count();
    }
  }

  private static long threads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(name))
        .count();
  }

  private record Arrival(InetSocketAddress source, byte[] bytes) {
    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static final class Echo implements DatagramHandler {

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
      port.send(datagram, source);
    }

    @Override
    public void onBatchEnd(DatagramPort port) {
      port.flush();
    }

    @Override
    public void onError(DatagramPort port, IOException error) {
      throw new AssertionError(error);
    }
  }

  private static class Inbox implements DatagramHandler {

    final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    final BlockingQueue<IOException> errors = new LinkedBlockingQueue<>();

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
    public void onBatchEnd(DatagramPort port) {}

    @Override
    public void onError(DatagramPort port, IOException error) {
      errors.add(error);
    }
  }
}
