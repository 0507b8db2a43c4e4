package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.TcpEngineChoice;
import dev.mptunnel.net.StreamEngine.StreamListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every engine that this machine has keeps the contract of {@link StreamEngine}, on loopback. */
final class StreamEngineTest {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final int SECONDS = 20;

  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<StreamEngine> engines = new ArrayList<>();
  private long expectedFailures;

  static Stream<TcpEngineChoice> engines() {
    return Stream.of(TcpEngineChoice.IO_URING, TcpEngineChoice.NIO)
        .filter(StreamEngineTest::available);
  }

  private static boolean available(TcpEngineChoice choice) {
    try {
      Engines.openStreams(choice, "probe").close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    for (StreamEngine engine : engines) {
      assertEquals(expectedFailures, ((NettyStreamEngine) engine).failures(), "internal errors");
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void eightMebibytesComeBackUnchangedThroughAnEchoThatHoldsBack(TcpEngineChoice choice)
      throws Exception {
    StreamEngine engine = engine(choice);
    StreamListener listener = engine.listen(anywhere(), Echo::new);
    byte[] all = new byte[8 << 20];
    new Random(1).nextBytes(all);
    Sender sender = new Sender(all);
    run(engine, () -> engine.connect(listener.localAddress(), anywhere(), sender));

    // Nobody reads: what is sent must stop by itself, long before all of it is gone.
    assertTrue(sender.full.await(SECONDS, TimeUnit.SECONDS), "the sender was held back");
    assertTrue(sender.written.get() < all.length, sender.written + " bytes written");
    run(
        engine,
        () -> {
          assertEquals(0, sender.received.size(), "nothing is read that was not asked for");
          sender.socket.setReading(true);
        });

    assertTrue(sender.finished.await(SECONDS, TimeUnit.SECONDS), "the echo has ended too");
    assertArrayEquals(all, sender.received.toByteArray());
    assertTrue(sender.writables.get() > 0);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void nothingIsReadBeforeItIsAskedFor(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    Accepted accepted = new Accepted(false);
    StreamListener listener = engine.listen(anywhere(), accepted);
    Socket peer = peer(listener.localAddress());
    peer.getOutputStream().write(new byte[] {1, 2, 3});
    accepted.next();
    // Another connection of the same engine is served meanwhile: its loop has turned.
    Socket other = peer(listener.localAddress());
    StreamSocket second = accepted.next();
    run(engine, () -> second.setReading(true));
    other.getOutputStream().write(9);
    assertEquals("second: 09", accepted.nextEvent());

    run(engine, () -> accepted.sockets.getFirst().setReading(true));
    assertEquals("first: 010203", accepted.nextEvent());
    run(engine, () -> accepted.sockets.getFirst().setReading(false));
    // What was asked for already may still come, so ask by way of the other one.
    other.getOutputStream().write(10);
    assertEquals("second: 0a", accepted.nextEvent());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void anEndThatHasFinishedStillHears(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    Events atServer = new Events();
    Accepted accepted = new Accepted(true, atServer);
    StreamListener listener = engine.listen(anywhere(), accepted);
    Events atClient = new Events();
    run(engine, () -> engine.connect(listener.localAddress(), anywhere(), atClient));
    StreamSocket server = accepted.next();
    assertEquals("connected", atClient.next());
    StreamSocket client = atClient.socket;

    run(engine, () -> send(client, "question"));
    run(engine, client::finish);
    assertEquals("question", atServer.text(8));
    assertEquals("finished", atServer.next());
    run(engine, () -> send(server, "answer"));
    assertEquals("answer", atClient.text(6));
    run(engine, () -> send(server, "more"));
    run(engine, server::finish);
    assertEquals("more", atClient.text(4));
    assertEquals("finished", atClient.next());
    run(engine, client::close);
    run(engine, server::close);
    assertEquals("closed", atClient.next());
    assertEquals("closed", atServer.next());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aPeerThatHasFinishedStillHears(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    Events events = new Events();
    Accepted accepted = new Accepted(true, events);
    StreamListener listener = engine.listen(anywhere(), accepted);
    Socket peer = peer(listener.localAddress());
    StreamSocket socket = accepted.next();
    assertEquals(peer.getLocalSocketAddress(), socket.remoteAddress());
    peer.getOutputStream().write('x');
    peer.shutdownOutput();
    assertEquals("x", events.text(1));
    assertEquals("finished", events.next());
    run(engine, () -> send(socket, "late"));
    assertArrayEquals(new byte[] {'l', 'a', 't', 'e'}, peer.getInputStream().readNBytes(4));
    run(engine, socket::close);
    assertEquals(-1, peer.getInputStream().read());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aPeerThatHasFinishedStillHearsMoreThanFitsIntoTheKernel(TcpEngineChoice choice)
      throws Exception {
    StreamEngine engine = engine(choice);
    Events events = new Events();
    Accepted accepted = new Accepted(true, events);
    StreamListener listener = engine.listen(anywhere(), accepted);
    Socket peer = peer(listener.localAddress());
    StreamSocket socket = accepted.next();
    peer.shutdownOutput();
    assertEquals("finished", events.next());
    byte[] all = new byte[16 << 20];
    new Random(4).nextBytes(all);
    run(
        engine,
        () -> {
          socket.setReading(false);
          socket.write(ByteBuffer.wrap(all));
          socket.flush();
          socket.setReading(true);
        });
    assertArrayEquals(all, peer.getInputStream().readNBytes(all.length));
    run(engine, socket::close);
    assertEquals(-1, peer.getInputStream().read());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void whatWasWrittenBeforeFinishIsSentBeforeIt(TcpEngineChoice choice) throws Exception {
    everythingArrivesAndThenTheEnd(choice, StreamSocket::finish);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void whatWasWrittenBeforeCloseIsSentAndThenThePeerSeesTheEnd(TcpEngineChoice choice)
      throws Exception {
    everythingArrivesAndThenTheEnd(choice, StreamSocket::close);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void finishAndThenCloseLosesNothingEither(TcpEngineChoice choice) throws Exception {
    everythingArrivesAndThenTheEnd(
        choice,
        socket -> {
          socket.finish();
          socket.close();
        });
  }

  private void everythingArrivesAndThenTheEnd(TcpEngineChoice choice, Consumer<StreamSocket> end)
      throws Exception {
    StreamEngine engine = engine(choice);
    Accepted accepted = new Accepted(false);
    StreamListener listener = engine.listen(anywhere(), accepted);
    Socket peer = peer(listener.localAddress());
    StreamSocket socket = accepted.next();
    byte[] all = new byte[3 << 20];
    new Random(2).nextBytes(all);
    run(
        engine,
        () -> {
          assertFalse(socket.write(ByteBuffer.wrap(all)), "more than it likes to keep");
          end.accept(socket);
        });
    assertArrayEquals(all, peer.getInputStream().readNBytes(all.length));
    assertEquals(-1, peer.getInputStream().read(), "an end in order");
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aCloseMeansAnEndInOrderToThePeer(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    Events events = new Events();
    Accepted accepted = new Accepted(true, events);
    StreamListener listener = engine.listen(anywhere(), accepted);
    Socket peer = peer(listener.localAddress());
    StreamSocket socket = accepted.next();
    run(engine, socket::close);
    assertEquals(-1, peer.getInputStream().read());
    assertEquals("closed", events.next());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void anAbortIsAResetToThePeer(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    Events events = new Events();
    Accepted accepted = new Accepted(true, events);
    StreamListener listener = engine.listen(anywhere(), accepted);
    Socket peer = peer(listener.localAddress());
    StreamSocket socket = accepted.next();
    run(engine, socket::abort);
    assertReset(peer);
    assertEquals("closed", events.next());
    run(
        engine,
        () -> {
          assertFalse(socket.isWritable());
          assertFalse(socket.write(ByteBuffer.allocate(1)));
          socket.flush();
          socket.finish();
          socket.close();
          socket.abort();
        });
    assertNull(events.poll(), "closed once");
  }

  @ParameterizedTest
  @MethodSource("engines")
  void anAbortDoesNotWaitForACloseThatCannotSend(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    Accepted accepted = new Accepted(false);
    StreamListener listener = engine.listen(anywhere(), accepted);
    Socket peer = peer(listener.localAddress());
    StreamSocket socket = accepted.next();
    run(
        engine,
        () -> {
          socket.write(ByteBuffer.allocate(32 << 20));
          socket.close();
        });
    peer.getInputStream().readNBytes(1);
    run(engine, socket::abort);
    assertReset(peer);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void closingTheEngineResetsWhatIsOpen(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    Accepted accepted = new Accepted(true);
    StreamListener listener = engine.listen(anywhere(), accepted);
    Socket peer = peer(listener.localAddress());
    accepted.next();
    engine.close();
    assertReset(peer);
    assertThrows(IOException.class, () -> peer(listener.localAddress()), "nobody listens");
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aResetOfThePeerIsACloseAndNotAnEnd(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    Events events = new Events();
    Accepted accepted = new Accepted(true, events);
    StreamListener listener = engine.listen(anywhere(), accepted);
    Socket peer = peer(listener.localAddress());
    StreamSocket socket = accepted.next();
    run(engine, () -> send(socket, "never read"));
    peer.setSoLinger(true, 0);
    peer.close();
    assertEquals("closed", events.next());
    assertNotNull(events.cause, "a reset is a cause");
    assertNull(events.poll());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aConnectionThatIsRefusedIsNamed(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    InetSocketAddress nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
      nobody = new InetSocketAddress(LOOPBACK, socket.getLocalPort());
    }
    Events events = new Events();
    run(engine, () -> engine.connect(nobody, anywhere(), events));
    assertEquals("closed", events.next());
    assertEquals(
        "127.0.0.1:" + nobody.getPort() + ": connection refused", events.cause.getMessage());
    assertTrue(NetworkErrors.isNobodyThere(events.cause));
    run(engine, () -> {});
    assertNull(events.poll(), "told once");
  }

  @ParameterizedTest
  @MethodSource("engines")
  void whatCannotBeBoundIsNamedToo(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    ServerSocket server = new ServerSocket(0, 1, LOOPBACK);
    open.add(server);
    InetSocketAddress remote = new InetSocketAddress(LOOPBACK, server.getLocalPort());
    StreamOptions elsewhere =
        StreamOptions.at(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0));
    Events events = new Events();
    run(engine, () -> engine.connect(remote, elsewhere, events));
    assertEquals("closed", events.next());
    assertNotNull(events.cause);
    assertEquals(1, events.cause.getMessage().lines().count());
    run(engine, () -> {});
    assertNull(events.poll(), "told once");
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aSocketMayBeGivenUpWhileItConnects(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    ServerSocket server = new ServerSocket(0, 10, LOOPBACK);
    open.add(server);
    InetSocketAddress remote = new InetSocketAddress(LOOPBACK, server.getLocalPort());
    Events events = new Events();
    run(
        engine,
        () -> {
          StreamSocket socket = engine.connect(remote, anywhere(), events);
          socket.abort();
          socket.setReading(true);
          assertFalse(socket.write(ByteBuffer.allocate(1)));
        });
    assertEquals("closed", events.next());
    run(engine, () -> {});
    assertNull(events.poll(), "the last call");
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aSocketLeavesFromWhereItIsTold(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
      server.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
      InetSocketAddress remote = new InetSocketAddress(LOOPBACK, server.getLocalPort());
      InetAddress from = InetAddress.ofLiteral("127.0.0.2");
      Events events = new Events();
      run(
          engine,
          () -> engine.connect(remote, StreamOptions.at(new InetSocketAddress(from, 0)), events));
      try (Socket accepted = server.accept()) {
        assertEquals(from, accepted.getInetAddress());
        assertEquals("connected", events.next());
        assertEquals(remote, events.socket.remoteAddress());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aPlaceWhereOneCannotListenIsOneClearLine(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    StreamListener first = engine.listen(anywhere(), new Accepted(false));
    InetSocketAddress taken = first.localAddress();
    assertEquals(
        "127.0.0.1:"
            + taken.getPort()
            + ": address already in use; end what listens there, or choose another port",
        refused(engine, taken));
    assertEquals(
        "192.0.2.1:3000: not an address of this host",
        refused(engine, new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 3000)));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aListenerThatIsClosedListensNoMoreAndItsConnectionsGoOn(TcpEngineChoice choice)
      throws Exception {
    StreamEngine engine = engine(choice);
    StreamListener listener = engine.listen(anywhere(), Echo::new);
    InetSocketAddress address = listener.localAddress();
    Socket peer = peer(address);
    assertEquals('a', echoed(peer, 'a'));
    listener.close();
    await(() -> isNobodyThere(address));
    assertEquals('b', echoed(peer, 'b'));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aHandlerThatThrowsStopsNothing(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    Consumer<StreamSocket> thrower =
        socket -> {
          throw new IllegalStateException("thrown by the test");
        };
    StreamListener bad = engine.listen(anywhere(), thrower);
    StreamListener good = engine.listen(anywhere(), Echo::new);
    peer(bad.localAddress());
    expectedFailures = 1;
    await(() -> ((NettyStreamEngine) engine).failures() == 1);
    assertEquals('a', echoed(peer(good.localAddress()), 'a'));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void tunnelsOptionsAreTaken(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    StreamOptions options = anywhere().asTunnel(null);
    StreamListener listener = engine.listen(options, Echo::new);
    byte[] all = new byte[1 << 20];
    new Random(3).nextBytes(all);
    Sender sender = new Sender(all);
    run(engine, () -> engine.connect(listener.localAddress(), options, sender));
    assertTrue(sender.connected.await(SECONDS, TimeUnit.SECONDS));
    run(engine, () -> sender.socket.setReading(true));
    assertTrue(sender.finished.await(SECONDS, TimeUnit.SECONDS));
    assertArrayEquals(all, sender.received.toByteArray());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aCongestionControlIsTakenOrRefusedInOneLine(TcpEngineChoice choice) throws Exception {
    StreamEngine engine = engine(choice);
    List<String> told = new ArrayList<>();
    assertNull(engine.orSystem(null, told::add));
    assertEquals(List.of(), told);

    if (choice == TcpEngineChoice.NIO) {
      assertNull(engine.orSystem("cubic", told::add));
      assertTrue(told.getFirst().startsWith("cc = cubic: not available with engine nio"));
    } else {
      assertEquals("cubic", engine.orSystem("cubic", told::add));
      assertEquals(List.of(), told);
      StreamListener listener = engine.listen(anywhere().asTunnel("cubic"), Echo::new);
      assertEquals('a', echoed(peer(listener.localAddress()), 'a'));
      assertNull(engine.orSystem("nonsense", told::add));
      assertTrue(told.getFirst().startsWith("cc = nonsense: "), told.getFirst());
      assertTrue(
          told.getFirst().endsWith("; until then the system's own is used"), told.getFirst());
    }
    assertEquals(1, told.size());
    assertEquals(1, told.getFirst().lines().count());
  }

  // --- what the tests are made of ---

  private StreamEngine engine(TcpEngineChoice choice) throws IOException {
    StreamEngine engine = Engines.openStreams(choice, "stream-test");
    engines.add(engine);
    open.add(engine);
    return engine;
  }

  private static StreamOptions anywhere() {
    return StreamOptions.at(new InetSocketAddress(LOOPBACK, 0));
  }

  private static String refused(StreamEngine engine, InetSocketAddress address) {
    return assertThrows(IOException.class, () -> engine.listen(StreamOptions.at(address), _ -> {}))
        .getMessage();
  }

  private Socket peer(InetSocketAddress address) throws IOException {
    Socket socket = new Socket(address.getAddress(), address.getPort());
    open.add(socket);
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
    return socket;
  }

  private static int echoed(Socket peer, int character) throws IOException {
    peer.getOutputStream().write(character);
    return peer.getInputStream().read();
  }

  private static boolean isNobodyThere(InetSocketAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(address);
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static void assertReset(Socket peer) {
    SocketException reset = assertThrows(SocketException.class, () -> readAll(peer));
    assertTrue(reset.getMessage().contains("reset"), reset.getMessage());
  }

  private static void readAll(Socket peer) throws IOException {
    InputStream in = peer.getInputStream();
    while (in.read(new byte[1 << 16]) >= 0) {
      // On.
    }
  }

  private static void send(StreamSocket socket, String text) {
    socket.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    socket.flush();
  }

  /** Runs the task on the engine's thread and waits for it. */
  private static void run(StreamEngine engine, Runnable task) throws Exception {
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
    assertEquals("", done.poll(SECONDS, TimeUnit.SECONDS));
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() - end < 0, "waited too long");
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** Tells what happened to a socket, one word after the other. */
  private static class Events implements StreamHandler {
    private final BlockingQueue<String> words = new LinkedBlockingQueue<>();
    private volatile StreamSocket socket;
    private volatile IOException cause;

    String next() throws InterruptedException {
      String word = words.poll(SECONDS, TimeUnit.SECONDS);
      assertNotNull(word, "nothing happened");
      return word;
    }

    String poll() {
      return words.poll();
    }

    /** So many characters, however they came. */
    String text(int length) throws InterruptedException {
      StringBuilder text = new StringBuilder();
      while (text.length() < length) {
        text.append(next());
      }
      return text.toString();
    }

    @Override
    public void onConnected(StreamSocket connected) {
      socket = connected;
      words.add("connected");
      connected.setReading(true);
    }

    @Override
    public void onRead(StreamSocket from, ByteBuffer bytes) {
      words.add(StandardCharsets.US_ASCII.decode(bytes).toString());
    }

    @Override
    public void onWritable(StreamSocket to) {}

    @Override
    public void onFinished(StreamSocket from) {
      words.add("finished");
    }

    @Override
    public void onClosed(StreamSocket closed, IOException why) {
      cause = why;
      words.add("closed");
    }
  }

  /** Takes what is accepted. */
  private static final class Accepted implements Consumer<StreamSocket> {
    private final boolean reads;
    private final StreamHandler handler;
    private final BlockingQueue<StreamSocket> arrived = new LinkedBlockingQueue<>();
    private final Deque<StreamSocket> sockets = new ArrayDeque<>();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    Accepted(boolean reads) {
      this(reads, null);
    }

    Accepted(boolean reads, StreamHandler handler) {
      this.reads = reads;
      this.handler = handler;
    }

    @Override
    public void accept(StreamSocket socket) {
      sockets.add(socket);
      String name = sockets.size() == 1 ? "first" : "second";
      socket.setHandler(handler == null ? new Named(name) : handler);
      if (reads) {
        socket.setReading(true);
      }
      arrived.add(socket);
    }

    StreamSocket next() throws InterruptedException {
      StreamSocket socket = arrived.poll(SECONDS, TimeUnit.SECONDS);
      assertNotNull(socket, "a connection");
      return socket;
    }

    String nextEvent() throws InterruptedException {
      return heard.poll(SECONDS, TimeUnit.SECONDS);
    }

    private final class Named extends Events {
      private final String name;

      Named(String name) {
        this.name = name;
      }

      @Override
      public void onRead(StreamSocket from, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        heard.add(name + ": " + HexFormat.of().formatHex(copy));
      }
    }
  }

  /** Sends back what comes, and reads no more than it can send. */
  private static final class Echo extends Events {
    Echo(StreamSocket socket) {
      socket.setHandler(this);
      socket.setReading(true);
    }

    @Override
    public void onRead(StreamSocket from, ByteBuffer bytes) {
      from.write(bytes);
      from.flush(); // perhaps it takes more behind this, and has said so already
      if (!from.isWritable()) {
        from.setReading(false);
      }
    }

    @Override
    public void onWritable(StreamSocket to) {
      assertTrue(to.isWritable());
      to.setReading(true);
    }

    @Override
    public void onFinished(StreamSocket from) {
      from.close();
    }
  }

  /** Sends all that it has, as it is taken, and keeps what comes. */
  private static final class Sender extends Events {
    private static final int PIECE = 20_000;

    private final byte[] all;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final CountDownLatch connected = new CountDownLatch(1);
    private final CountDownLatch full = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile StreamSocket socket;
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger writables = new AtomicInteger();

    Sender(byte[] all) {
      this.all = all;
    }

    @Override
    public void onConnected(StreamSocket self) {
      socket = self;
      connected.countDown();
      write();
    }

    private void write() {
      while (written.get() < all.length && socket.isWritable()) {
        int count = Math.min(PIECE, all.length - written.get());
        socket.write(ByteBuffer.wrap(all, written.getAndAdd(count), count));
      }
      socket.flush();
      if (written.get() == all.length) {
        socket.finish();
      } else if (!socket.isWritable()) {
        full.countDown();
      }
    }

    @Override
    public void onWritable(StreamSocket to) {
      writables.incrementAndGet();
      write();
    }

    @Override
    public void onRead(StreamSocket from, ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      received.writeBytes(copy);
    }

    @Override
    public void onFinished(StreamSocket from) {
      finished.countDown();
      from.close();
    }
  }
}
