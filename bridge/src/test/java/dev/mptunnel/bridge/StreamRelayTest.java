package dev.mptunnel.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.TcpEngineChoice;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.StreamEngine;
import dev.mptunnel.net.StreamHandler;
import dev.mptunnel.net.StreamOptions;
import dev.mptunnel.net.StreamSocket;
import dev.mptunnel.observe.RelayReport;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the bridge does for TCP, between sockets of the JDK's on loopback. */
final class StreamRelayTest {

  private static final long IDLE_NANOS = TimeUnit.HOURS.toNanos(1);

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final int SECONDS = 20;
  private static final byte[] HEAD = head(1);

  private final List<AutoCloseable> open = new ArrayList<>();
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private ShiftedEngine engine;
  private StreamRelay relay;
  private Forwarding forwarding;
  private InetSocketAddress entry;

  @BeforeEach
  void openEngine() throws IOException {
    engine = new ShiftedEngine(Engines.openStreams(TcpEngineChoice.AUTO, "bridge-test"));
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    engine.close();
  }

  @Test
  void bytesPassUnchangedBothWaysAtOnce() throws Exception {
    ServerSocket listening = server(0);
    start(RelayLimits.of(10, IDLE_NANOS), listening);
    byte[] up = bytes(4 << 20);
    byte[] down = bytes(4 << 20);
    Socket client = client();
    // The head comes in pieces.
    client.getOutputStream().write(up, 0, 3);
    client.getOutputStream().flush();
    await(() -> report().strangers() == 1);
    client.getOutputStream().write(up, 3, 4);
    client.getOutputStream().write(up, 7, 100);
    Socket server = accept(listening);
    Future<?> upwards = write(client, up, 107);
    Future<?> downwards = write(server, down, 0);
    Future<byte[]> atServer = read(server, up.length);
    Future<byte[]> atClient = read(client, down.length);
    assertArrayEquals(up, atServer.get(SECONDS, TimeUnit.SECONDS), "seed " + seed);
    assertArrayEquals(down, atClient.get(SECONDS, TimeUnit.SECONDS), "seed " + seed);
    upwards.get(SECONDS, TimeUnit.SECONDS);
    downwards.get(SECONDS, TimeUnit.SECONDS);

    RelayReport.Connections report = report();
    assertEquals(1, report.proven());
    assertEquals(0, report.strangers());
    assertEquals(up.length, report.servers().getFirst().bytesTo());
    assertEquals(down.length, report.servers().getFirst().bytesFrom());
    assertTrue(report.servers().getFirst().packetsTo() > 1);
    assertTrue(report.servers().getFirst().packetsFrom() > 1);
    assertEquals(0, report.servers().getFirst().refusals());
  }

  @Test
  void whatIsNotTakenIsNotRead() throws Exception {
    ServerSocket listening = server(0);
    start(RelayLimits.of(10, IDLE_NANOS), listening);
    Socket client = client();
    client.getOutputStream().write(HEAD);
    Socket server = accept(listening);
    byte[] much = bytes(64 << 20);
    Future<?> writing = write(client, much, 0);
    long[] before = {-1};
    // It goes on until all buffers on the way are full; then it stands still.
    await(
        () -> {
          TimeUnit.MILLISECONDS.sleep(100);
          long now = report().servers().getFirst().bytesTo();
          boolean stands = now > HEAD.length && now == before[0];
          before[0] = now;
          return stands;
        });
    assertTrue(!writing.isDone() && before[0] < much.length, before[0] + " bytes");
    byte[] all = read(server, HEAD.length + much.length).get(SECONDS, TimeUnit.SECONDS);
    assertArrayEquals(much, Arrays.copyOfRange(all, HEAD.length, all.length));
  }

  @Test
  void whatIsSaidBeforeTheServerIsThereIsNotLost() throws Exception {
    ServerSocket listening = server(0);
    start(RelayLimits.of(10, IDLE_NANOS), listening);
    for (int size : new int[] {9, 10, 5_000, 1 << 20}) {
      byte[] all = bytes(size);
      Socket client = client();
      Future<?> writing = write(client, all, 0);
      Socket server = accept(listening);
      assertArrayEquals(
          all, read(server, size).get(SECONDS, TimeUnit.SECONDS), size + " bytes, seed " + seed);
      writing.get(SECONDS, TimeUnit.SECONDS);
    }
  }

  @Test
  void aClientThatHasFinishedStillHears() throws Exception {
    ServerSocket listening = server(0);
    start(RelayLimits.of(10, IDLE_NANOS), listening);
    Socket client = client();
    client.getOutputStream().write(HEAD);
    client.shutdownOutput(); // perhaps before there is a server
    Socket server = accept(listening);
    assertArrayEquals(HEAD, server.getInputStream().readAllBytes());
    byte[] late = bytes(1 << 20);
    Future<?> writing = write(server, late, 0);
    assertArrayEquals(late, read(client, late.length).get(SECONDS, TimeUnit.SECONDS));
    writing.get(SECONDS, TimeUnit.SECONDS);
    assertEquals(1, report().proven());
    server.close();
    assertEquals(-1, client.getInputStream().read(), "an end in order");
    await(() -> report().proven() == 0);
  }

  @Test
  void aServerThatHasFinishedStillHears() throws Exception {
    ServerSocket listening = server(0);
    start(RelayLimits.of(10, IDLE_NANOS), listening);
    Socket client = client();
    client.getOutputStream().write(HEAD);
    Socket server = accept(listening);
    server.getOutputStream().write('x');
    server.shutdownOutput();
    assertArrayEquals(new byte[] {'x'}, client.getInputStream().readAllBytes());
    byte[] late = bytes(1 << 20);
    Future<?> writing = write(client, late, 0);
    byte[] all = read(server, HEAD.length + late.length).get(SECONDS, TimeUnit.SECONDS);
    assertArrayEquals(late, Arrays.copyOfRange(all, HEAD.length, all.length));
    writing.get(SECONDS, TimeUnit.SECONDS);
    client.close();
    assertEquals(-1, server.getInputStream().read(), "an end in order");
    await(() -> report().proven() == 0);
  }

  @Test
  void bothMayFinishWhileMuchIsUnderWay() throws Exception {
    ServerSocket listening = server(0);
    start(RelayLimits.of(10, IDLE_NANOS), listening);
    Socket client = client();
    byte[] up = bytes(3 << 20);
    byte[] down = bytes(3 << 20);
    Future<?> upwards = write(client, up, 0).thenRun(() -> finish(client));
    Socket server = accept(listening);
    Future<?> downwards = write(server, down, 0).thenRun(() -> finish(server));
    Future<byte[]> atServer = read(server, Integer.MAX_VALUE);
    Future<byte[]> atClient = read(client, Integer.MAX_VALUE);
    assertArrayEquals(up, atServer.get(SECONDS, TimeUnit.SECONDS));
    assertArrayEquals(down, atClient.get(SECONDS, TimeUnit.SECONDS));
    upwards.get(SECONDS, TimeUnit.SECONDS);
    downwards.get(SECONDS, TimeUnit.SECONDS);
    await(() -> report().proven() == 0 && report().strangers() == 0);
  }

  @Test
  void ofConnectionsThatHaveEndedNothingIsLeft() throws Exception {
    ServerSocket listening = server(0);
    start(RelayLimits.of(10, IDLE_NANOS), listening);
    long before = descriptors();
    for (int i = 0; i < 20; i++) {
      Socket client = client();
      Socket server = joined(client, listening);
      finish(i % 2 == 0 ? client : server);
      assertEquals(-1, (i % 2 == 0 ? server : client).getInputStream().read());
      finish(i % 2 == 0 ? server : client);
      assertEquals(-1, (i % 2 == 0 ? client : server).getInputStream().read());
      client.close();
      server.close();
    }
    await(() -> descriptors() <= before);
    assertEquals(0, report().proven());
  }

  @Test
  void aResetPassesThroughBothWays() throws Exception {
    ServerSocket listening = server(0);
    start(RelayLimits.of(10, IDLE_NANOS), listening);
    Socket client = client();
    Socket server = joined(client, listening);
    reset(client);
    assertReset(server);
    await(() -> report().proven() == 0);

    Socket other = client();
    reset(joined(other, listening));
    assertReset(other);
    await(() -> report().proven() == 0);
    assertEquals(0, report().servers().getFirst().refusals(), "that is no refusal");
  }

  @Test
  void whoseServerRefusesIsResetAndServedWhenItIsBack() throws Exception {
    ServerSocket listening = server(0);
    int port = listening.getLocalPort();
    start(RelayLimits.of(10, IDLE_NANOS), listening);
    listening.close();
    Socket client = client();
    client.getOutputStream().write(HEAD);
    assertReset(client);
    await(() -> report().servers().getFirst().refusals() == 1);
    assertEquals(0, report().strangers());

    ServerSocket back = server(port);
    joined(client(), back);
    assertEquals(1, report().servers().getFirst().refusals());
    assertEquals(1, report().proven());
  }

  @Test
  void whoSaysTooLittleAndEndsIsForgotten() throws Exception {
    ServerSocket listening = server(0);
    start(RelayLimits.of(10, IDLE_NANOS), listening);
    Socket client = client();
    client.getOutputStream().write(HEAD, 0, 8);
    client.shutdownOutput();
    assertReset(client);
    await(() -> report().strangers() == 0);
    assertNobodyCame(listening);
  }

  @Test
  void whereThereAreTooManyStrangersTheOldestGoes() throws Exception {
    ServerSocket listening = server(0);
    start(new RelayLimits(10, IDLE_NANOS, 3, 1, 2000), listening);
    Socket proven = client();
    Socket server = joined(proven, listening);
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int before = i;
      silent.add(client());
      await(() -> report().strangers() + report().turnedAway() == before + 1);
      silent.getLast().getOutputStream().write(HEAD, 0, i);
    }
    assertReset(silent.get(0));
    assertReset(silent.get(1));
    assertEquals(3, report().strangers());
    assertEquals(2, report().turnedAway());

    // The others, and who is proven, are still there.
    for (Socket each : silent.subList(2, 5)) {
      int said = silent.indexOf(each);
      each.getOutputStream().write(HEAD, said, HEAD.length - said);
      Socket at = accept(listening);
      assertArrayEquals(HEAD, at.getInputStream().readNBytes(HEAD.length));
      at.getOutputStream().write(1);
      assertEquals(1, each.getInputStream().read());
    }
    server.getOutputStream().write(7);
    assertEquals(7, proven.getInputStream().read());
    assertEquals(4, report().proven());
    assertEquals(0, report().strangers());
  }

  @Test
  void aStrangerGoesAfterTenSecondsAndWhoIsProvenStays() throws Exception {
    ServerSocket listening = server(0);
    start(RelayLimits.of(10, IDLE_NANOS), listening);
    Socket proven = client();
    Socket server = joined(proven, listening);
    Socket silent = client();
    Socket unanswered = client();
    unanswered.getOutputStream().write(HEAD);
    Socket mute = accept(listening);
    await(() -> report().strangers() == 2);
    engine.shiftSeconds(5); // and the clock may go on for some more
    turnOfTheClock();
    assertEquals(2, report().strangers());
    engine.shiftSeconds(8);
    assertReset(silent);
    assertReset(unanswered);
    assertReset(mute);
    assertEquals(2, report().turnedAway());
    server.getOutputStream().write(7);
    assertEquals(7, proven.getInputStream().read());
    assertEquals(1, report().proven());
  }

  @Test
  void whoIsSilentForTooLongIsForgottenThoughProven() throws Exception {
    ServerSocket listening = server(0);
    start(RelayLimits.of(10, TimeUnit.SECONDS.toNanos(60)), listening);
    Socket proven = client();
    joined(proven, listening);
    engine.shiftSeconds(61);
    assertReset(proven);
    assertEquals(0, report().proven());
  }

  @Test
  void whereThereAreTooManyConnectionsANewOneIsRefused() throws Exception {
    ServerSocket listening = server(0);
    RelayLimits limits = RelayLimits.of(1, IDLE_NANOS);
    start(limits, listening);
    List<Socket> clients = new ArrayList<>();
    List<Socket> servers = new ArrayList<>();
    for (int i = 0; i < limits.maxConnections(); i++) {
      clients.add(client());
      servers.add(joined(clients.getLast(), listening));
    }
    assertReset(client());
    assertEquals(1, report().refusedFull());
    reset(clients.getFirst());
    await(() -> report().proven() == limits.maxConnections() - 1);
    joined(client(), listening);
    servers.getLast().getOutputStream().write(7);
    assertEquals(7, clients.getLast().getInputStream().read());
  }

  @Test
  void aSessionGoesToTheServerThatDatagramsGoTo() throws Exception {
    ServerSocket first = server(0);
    ServerSocket second = server(0);
    start(RelayLimits.of(100, 1), first, second);
    Rendezvous rendezvous = new Rendezvous(List.of(at(first).toString(), at(second).toString()));
    int[] counts = new int[2];
    for (int i = 0; i < 20; i++) {
      long session = random.nextLong();
      Socket client = client();
      client.getOutputStream().write(head(session));
      int chosen = rendezvous.choose(session);
      counts[chosen]++;
      Socket server = accept(chosen == 0 ? first : second);
      assertArrayEquals(head(session), server.getInputStream().readNBytes(HEAD.length));
      server.getOutputStream().write(1);
      assertEquals(1, client.getInputStream().read());
    }
    for (int i = 0; i < 2; i++) {
      RelayReport.ServerRow row = report().servers().get(i);
      assertEquals((long) counts[i] * HEAD.length, row.bytesTo(), "seed " + seed);
      assertEquals(counts[i], row.bytesFrom(), "seed " + seed);
    }
  }

  @Test
  void theFiguresAreInTheTable() throws Exception {
    ServerSocket listening = server(0);
    start(new RelayLimits(1, IDLE_NANOS, 1, 1, 1), listening);
    joined(client(), listening);
    Socket silent = client();
    await(() -> report().strangers() == 1);
    client();
    assertReset(silent);
    RelayReport report =
        new RelayReport(List.of(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, RelayReport.Connections.NONE);
    List<String> before = report.table().lines().toList();
    assertTrue(before.stream().noneMatch(line -> line.contains("TCP")), report.table());
    List<List<String>> words =
        report
            .withTcp(report())
            .table()
            .lines()
            .skip(before.size())
            .map(line -> List.of(line.strip().split("  +")))
            .toList();
    assertEquals(4, words.size());
    assertEquals(
        List.of("server, by TCP", "pieces to", "bytes to", "pieces from", "bytes from"),
        words.get(0));
    assertEquals(List.of(at(listening).toString(), "1", "9", "1", "1", "0"), words.get(1));
    assertEquals(
        List.of("TCP connections", "now", "unproven", "turned away", "over limit"), words.get(2));
    assertEquals(List.of("1", "1", "1", "0"), words.get(3));
  }

  @Test
  void closingResetsAllConnections() throws Exception {
    ServerSocket listening = server(0);
    start(RelayLimits.of(10, IDLE_NANOS), listening);
    Socket client = client();
    Socket server = joined(client, listening);
    Socket silent = client();
    await(() -> report().strangers() == 1);
    onEngine(relay::close);
    assertReset(client);
    assertReset(server);
    assertReset(silent);
  }

  @Test
  void whereServersChangeThoseWhoseServerStaysNoticeNothing() throws Exception {
    ServerSocket first = server(0);
    ServerSocket second = server(0);
    start(RelayLimits.of(100, 1), first);
    Socket client = client();
    client.getOutputStream().write(head(1));
    Socket stays = accept(first);
    stays.getOutputStream().write(1);
    assertEquals(1, client.getInputStream().read());
    forward(first, second);
    stays.getOutputStream().write(2);
    assertEquals(2, client.getInputStream().read(), "its server is still there");
    forward(second);
    assertReset(client);
    Socket again = client();
    again.getOutputStream().write(head(1));
    accept(second).getOutputStream().write(3);
    assertEquals(3, again.getInputStream().read());
  }

  private void forward(ServerSocket... servers) throws Exception {
    List<HostPort> addresses = Stream.of(servers).map(StreamRelayTest::at).toList();
    forwarding = Forwarding.to(addresses, engine, "TCP", forwarding);
    forwarding.resolve();
    onEngine(() -> relay.forward(forwarding));
  }

  // --- what the tests are made of ---

  private void start(RelayLimits limits, ServerSocket... servers) throws Exception {
    List<HostPort> addresses = Stream.of(servers).map(StreamRelayTest::at).toList();
    forwarding = Forwarding.to(addresses, engine, "TCP", null);
    relay = new StreamRelay(engine, forwarding, null, limits);
    onEngine(relay::start);
    entry =
        engine
            .listen(relay.options(new InetSocketAddress(LOOPBACK, 0)), relay::onClient)
            .localAddress();
  }

  private void onEngine(Runnable task) throws Exception {
    CompletableFuture.runAsync(task, engine::execute).get(SECONDS, TimeUnit.SECONDS);
  }

  private RelayReport.Connections report() throws Exception {
    return CompletableFuture.supplyAsync(relay::report, engine::execute)
        .get(SECONDS, TimeUnit.SECONDS);
  }

  /** Waits until the relay's own clock has ticked. */
  private void turnOfTheClock() throws Exception {
    int before = engine.ticks.get();
    await(() -> engine.ticks.get() > before + 1);
  }

  private static byte[] head(long session) {
    return ByteBuffer.allocate(9).put((byte) 7).putLong(session).array();
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private ServerSocket server(int port) throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(LOOPBACK, port));
    server.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
    open.add(server);
    return server;
  }

  private static HostPort at(ServerSocket server) {
    return new HostPort("127.0.0.1", server.getLocalPort());
  }

  private Socket client() throws IOException {
    return kept(new Socket(entry.getAddress(), entry.getPort()));
  }

  private Socket accept(ServerSocket server) throws IOException {
    return kept(server.accept());
  }

  private Socket kept(Socket socket) throws IOException {
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
    open.add(socket);
    return socket;
  }

  /** Says something, and is answered. @return the server's end */
  private Socket joined(Socket client, ServerSocket listening) throws Exception {
    client.getOutputStream().write(HEAD);
    Socket server = accept(listening);
    assertArrayEquals(HEAD, server.getInputStream().readNBytes(HEAD.length));
    server.getOutputStream().write(1);
    assertEquals(1, client.getInputStream().read());
    return server;
  }

  private CompletableFuture<Void> write(Socket socket, byte[] bytes, int from) {
    int most = 1 + random.nextInt(100_000);
    return background(
        () -> {
          OutputStream out = socket.getOutputStream();
          for (int at = from; at < bytes.length; at += most) {
            out.write(bytes, at, Math.min(most, bytes.length - at));
          }
          return null;
        });
  }

  private static Future<byte[]> read(Socket socket, int most) {
    return background(() -> socket.getInputStream().readNBytes(most));
  }

  private interface Task<T> {
    T call() throws Exception;
  }

  private static <T> CompletableFuture<T> background(Task<T> task) {
    CompletableFuture<T> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                done.complete(task.call());
              } catch (Exception e) {
                done.completeExceptionally(e);
              }
            });
    return done;
  }

  private static void finish(Socket socket) {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  private static void assertReset(Socket socket) {
    SocketException reset =
        assertThrows(SocketException.class, () -> socket.getInputStream().readAllBytes());
    assertTrue(reset.getMessage().contains("reset"), reset.getMessage());
  }

  private static long descriptors() throws IOException {
    Path directory = Path.of("/proc/self/fd");
    if (!Files.isDirectory(directory)) {
      return 0;
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.count();
    }
  }

  private static void assertNobodyCame(ServerSocket listening) throws IOException {
    listening.setSoTimeout(1);
    assertThrows(SocketTimeoutException.class, listening::accept);
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

  /** An engine whose clock a test sets forward. */
  private static final class ShiftedEngine implements StreamEngine {

    private final StreamEngine real;
    private final AtomicLong shiftNanos = new AtomicLong();
    private final AtomicInteger ticks = new AtomicInteger();

    ShiftedEngine(StreamEngine real) {
      this.real = real;
    }

    void shiftSeconds(long seconds) {
      shiftNanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    @Override
    public long nanoTime() {
      return real.nanoTime() + shiftNanos.get();
    }

    @Override
    public EngineTimer newTimer(Runnable task) {
      EngineTimer timer =
          real.newTimer(
              () -> {
                task.run();
                ticks.incrementAndGet();
              });
      return new EngineTimer() {
        @Override
        public void set(long nanos) {
          timer.set(nanos - shiftNanos.get());
        }

        @Override
        public void cancel() {
          timer.cancel();
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
    public StreamListener listen(StreamOptions options, Consumer<StreamSocket> accepted)
        throws IOException {
      return real.listen(options, accepted);
    }

    @Override
    public StreamSocket connect(
        InetSocketAddress remote, StreamOptions options, StreamHandler handler) {
      return real.connect(remote, options, handler);
    }

    @Override
    public String orSystem(String wanted, Consumer<String> trouble) {
      return real.orSystem(wanted, trouble);
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
