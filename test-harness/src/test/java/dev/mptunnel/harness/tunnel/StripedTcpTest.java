package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TCP connections over many tunnels, with real sockets, whatever happens to the tunnels. */
class StripedTcpTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int MB = 1 << 20;

  private final Seed seed = Seed.ofRun();
  private final RandomGenerator random = seed.generator();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

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

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bytesTravelBothWaysAndEndsDoToo(boolean sealed) throws IOException {
    TcpTarget echo = opened(TcpTarget.echo());
    SortedMap<String, InetSocketAddress> targets = new TreeMap<>();
    targets.put("", echo.address());
    TcpTunnel tunnel = opened(new TcpTunnel(targets, 2, 2, sealed));
    for (int size : new int[] {0, 1, 16 << 10, 3 * MB}) {
      EchoExchange exchange = new EchoExchange(random.nextLong(), tunnel.connect(), size);
      exchange.run();
      exchange.check();
    }
    Await.until("the target to see all ends", LIMIT, () -> echo.ended() == 4);
    assertEquals(0, echo.failed());
    assertEquals(0, connections(tunnel));
  }

  @Test
  void whatBeginsAtTheTargetArrivesToo() throws IOException {
    byte[] greeting = bytes(100_000);
    TcpTarget speaksFirst =
        opened(
            new TcpTarget(
                (_, in, out) -> {
                  out.write(greeting);
                  in.readAllBytes();
                }));
    TcpTunnel tunnel = opened(TcpTunnel.to(speaksFirst, 1, 2));
    try (Socket application = tunnel.connect()) {
      assertArrayEquals(greeting, application.getInputStream().readNBytes(greeting.length));
    }
    Await.until("the target to see the end", LIMIT, () -> speaksFirst.ended() == 1);
  }

  @Test
  void namesLeadToTheirTargetsAndOthersNowhere() throws IOException {
    TcpTarget one = opened(new TcpTarget((_, _, out) -> out.writeInt(1)));
    TcpTarget two = opened(new TcpTarget((_, _, out) -> out.writeInt(2)));
    SortedMap<String, InetSocketAddress> targets = new TreeMap<>();
    targets.put("", one.address());
    targets.put("two", two.address());
    TcpTunnel tunnel = opened(new TcpTunnel(targets, 1, 2, true));
    try (Socket toOne = tunnel.connect();
        Socket toTwo = tunnel.connect("two");
        Socket nowhere = tunnel.connect("nowhere")) {
      assertEquals(1, new DataInputStream(toOne.getInputStream()).readInt());
      assertEquals(2, new DataInputStream(toTwo.getInputStream()).readInt());
      assertThrows(SocketException.class, () -> nowhere.getInputStream().read());
    }
  }

  @Test
  void aTargetThatRefusesResets() throws IOException {
    TcpTarget gone = new TcpTarget((_, _, _) -> {});
    TcpTunnel tunnel = opened(TcpTunnel.to(gone, 1, 1));
    gone.close();
    try (Socket application = tunnel.connect()) {
      assertThrows(SocketException.class, () -> application.getInputStream().read());
    }
  }

  @Test
  void whatBreaksOffIsSeenAsAResetAtTheOtherEnd() throws IOException {
    TcpTarget endless =
        opened(
            new TcpTarget(
                (_, _, out) -> {
                  while (true) {
                    out.write(new byte[1_000]);
                  }
                }));
    TcpTunnel tunnel = opened(TcpTunnel.to(endless, 1, 2));
    Socket application = tunnel.connect();
    application.getInputStream().readNBytes(100_000);
    application.setSoLinger(true, 0);
    application.close();
    Await.until("the target to be reset", LIMIT, () -> endless.failed() == 1);
    Await.until("the connection to be forgotten", LIMIT, () -> connections(tunnel) == 0);
  }

  @Test
  @Execution(CONCURRENT)
  void tunnelsThatDieTakeNothingWithThem() throws Exception {
    killTunnels(2 * MB, Duration.ofSeconds(4));
  }

  @Tag("full")
  @Test
  void aGibibyteSurvivesAMinuteOfDyingTunnels() throws Exception {
    killTunnels(1_024 * MB / 20, Duration.ofSeconds(60));
  }

  /** One tunnel every 100 ms, while 20 connections go on echoing until the time is over. */
  private void killTunnels(int bytesOfConnection, Duration duration) throws Exception {
    TcpTarget echo = opened(TcpTarget.echo());
    TcpTunnel tunnel = opened(TcpTunnel.to(echo, 3, 2));
    List<EchoExchange> exchanges = new ArrayList<>();
    long endNanos = System.nanoTime() + duration.toNanos();
    for (int i = 0; i < 20; i++) {
      exchanges.add(
          new EchoExchange(random.nextLong(), tunnel.connect(), bytesOfConnection).paced(duration));
    }
    exchanges.forEach(EchoExchange::start);
    while (System.nanoTime() < endNanos) {
      TimeUnit.MILLISECONDS.sleep(100);
      tunnel.lines().get(random.nextInt(3)).killOne(random);
    }
    for (EchoExchange exchange : exchanges) {
      exchange.check();
    }
    long killed = tunnel.lines().stream().mapToLong(TcpLine::killed).sum();
    System.out.printf(
        "%d tunnels killed in %d s, 20 connections of %d MiB each way: all equal, longest stall %d"
            + " ms%n",
        killed,
        duration.toSeconds(),
        bytesOfConnection / MB,
        exchanges.stream().mapToLong(EchoExchange::longestStallMillis).max().orElseThrow());
    assertTrue(killed > duration.toSeconds(), "only " + killed + " killed");
  }

  @Test
  @Execution(CONCURRENT)
  void connectionsOutliveAllTunnels() throws Exception {
    TcpTarget echo = opened(TcpTarget.echo());
    TcpTunnel tunnel = opened(TcpTunnel.to(echo, 2, 2));
    EchoExchange exchange =
        new EchoExchange(random.nextLong(), tunnel.connect(), 4 * MB).paced(Duration.ofSeconds(6));
    exchange.start();
    Await.until("the transfer to begin", LIMIT, () -> exchange.received() > 100_000);
    tunnel.lines().forEach(TcpLine::cut);
    Await.until("all tunnels to be gone", LIMIT, () -> tunnel.tunnels() == 0);
    TimeUnit.SECONDS.sleep(5); // what the test is about: so long without any
    tunnel.lines().forEach(TcpLine::restore);
    exchange.check();
  }

  @Test
  @Execution(CONCURRENT)
  void connectionsAreResetWhereNoTunnelComesInTime() throws Exception {
    TcpTarget echo = opened(TcpTarget.echo());
    TcpTunnel tunnel = opened(TcpTunnel.impatient(echo, Duration.ofSeconds(1)));
    for (int round = 1; round <= 2; round++) {
      int failures = round;
      try (Socket application = tunnel.connect()) {
        application.getOutputStream().write(1);
        assertEquals(1, application.getInputStream().read());
        tunnel.lines().forEach(TcpLine::cut);
        assertThrows(SocketException.class, () -> application.getInputStream().read());
        Await.until("the target to be reset", LIMIT, () -> echo.failed() == failures);
        try (Socket later = tunnel.connect()) {
          assertThrows(SocketException.class, () -> later.getInputStream().read());
        }
      }
      tunnel.lines().forEach(TcpLine::restore);
      tunnel.awaitTunnels();
      for (int i = 0; i < 10; i++) {
        EchoExchange exchange = new EchoExchange(random.nextLong(), tunnel.connect(), 50_000);
        exchange.run();
        exchange.check();
      }
    }
    Await.until("all to be forgotten", LIMIT, () -> connections(tunnel) == 0);
  }

  @Test
  @Execution(CONCURRENT)
  void whereNoUdpComesThroughAllTravelsByTcp() throws Exception {
    TcpTarget echo = opened(TcpTarget.echo());
    DatagramSocket service = opened(new DatagramSocket(0, InetAddress.getLoopbackAddress()));
    TcpTunnel tunnel = opened(TcpTunnel.withoutUdp(echo, service.getLocalPort()));
    EchoExchange exchange = new EchoExchange(random.nextLong(), tunnel.connect(), MB);
    exchange.run();
    exchange.check();
    try (DatagramSocket application = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      application.setSoTimeout(30_000);
      service.setSoTimeout(30_000);
      byte[] asked = bytes(5_000);
      application.send(
          new DatagramPacket(asked, asked.length, tunnel.client().listening().getFirst()));
      DatagramPacket packet = new DatagramPacket(new byte[8_000], 8_000);
      service.receive(packet);
      service.send(packet);
      DatagramPacket answer = new DatagramPacket(new byte[8_000], 8_000);
      application.receive(answer);
      assertArrayEquals(asked, java.util.Arrays.copyOf(answer.getData(), answer.getLength()));
    }
  }

  @Test
  void aServerThatRestartsResetsAndServesAgain() throws Exception {
    TcpTarget echo = opened(TcpTarget.echo());
    TcpTunnel tunnel = opened(TcpTunnel.to(echo, 2, 2));
    try (Socket application = tunnel.connect()) {
      application.getOutputStream().write(1);
      assertEquals(1, application.getInputStream().read());
      tunnel.stopServer();
      Await.until("the target to be reset", LIMIT, () -> echo.failed() == 1);
      tunnel.startServer();
      assertThrows(SocketException.class, () -> application.getInputStream().read());
    }
    tunnel.awaitTunnels();
    EchoExchange exchange = new EchoExchange(random.nextLong(), tunnel.connect(), MB);
    exchange.run();
    exchange.check();
  }

  @Test
  void aClientThatEndsResetsTheTarget() throws Exception {
    TcpTarget echo = opened(TcpTarget.echo());
    TcpTunnel tunnel = opened(TcpTunnel.to(echo, 1, 2));
    try (Socket application = tunnel.connect()) {
      application.getOutputStream().write(1);
      assertEquals(1, application.getInputStream().read());
      tunnel.stopClient();
      assertThrows(SocketException.class, () -> application.getInputStream().read());
    }
    Await.until("the target to be reset", LIMIT, () -> echo.failed() == 1);
  }

  @Test
  void readersThatStopHoldUpNobody() throws Exception {
    stoppedReaders(150, 64 << 10);
  }

  @Tag("full")
  @Test
  void aThirdOfAThousandReadersMayStop() throws Exception {
    stoppedReaders(1_000, 256 << 10);
  }

  private void stoppedReaders(int count, int bytesEach) throws Exception {
    byte[] endless = bytes(MB);
    TcpTarget source =
        opened(
            new TcpTarget(
                (_, in, out) -> {
                  int wanted = in.readInt();
                  for (int sent = 0; sent < wanted; sent += MB) {
                    out.write(endless, 0, Math.min(MB, wanted - sent));
                  }
                }));
    TcpTunnel tunnel = opened(TcpTunnel.to(source, 2, 2));
    List<Socket> stopped = new ArrayList<>();
    List<Thread> readers = new ArrayList<>();
    long[] read = new long[count];
    for (int i = 0; i < count; i++) {
      Socket application = opened(tunnel.connect());
      boolean stops = i % 3 == 0;
      int wanted = stops ? 64 * MB : bytesEach;
      new java.io.DataOutputStream(application.getOutputStream()).writeInt(wanted);
      if (stops) {
        stopped.add(application);
      } else {
        int index = i;
        readers.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        read[index] = application.getInputStream().readAllBytes().length;
                      } catch (IOException e) {
                        read[index] = -1;
                      }
                    }));
      }
    }
    for (Thread reader : readers) {
      assertTrue(reader.join(LIMIT), "a reader waits for those who do not read");
    }
    for (int i = 0; i < count; i++) {
      assertEquals(i % 3 == 0 ? 0 : bytesEach, read[i], "reader " + i);
    }
    long kept = tunnel.client().tunnelReport().join().keptBytes();
    System.out.printf(
        "%d connections, %d stopped: %d kB kept at the client%n",
        count, stopped.size(), kept / 1000);
    assertTrue(kept <= 64 * MB + count * (16L << 10), kept + " bytes kept");
  }

  @Test
  void shortConnectionsInARowAndAtOnce() throws Exception {
    shortConnections(1_000, 1_000);
  }

  @Tag("full")
  @Test
  void aHundredThousandShortConnections() throws Exception {
    shortConnections(100_000, 20_000);
  }

  private void shortConnections(int inARow, int atOnce) throws Exception {
    TcpTarget oneAnswer =
        opened(
            new TcpTarget(
                (_, in, out) -> {
                  out.write(in.readNBytes(1_024));
                }));
    TcpTunnel tunnel = opened(TcpTunnel.to(oneAnswer, 2, 2));
    byte[] request = bytes(1_024);
    long start = System.nanoTime();
    for (int i = 0; i < inARow; i++) {
      ask(new Socket(oneAnswer.address().getAddress(), oneAnswer.address().getPort()), request);
    }
    final long eachDirectly = (System.nanoTime() - start) / inARow / 1_000;
    start = System.nanoTime();
    for (int i = 0; i < inARow; i++) {
      ask(tunnel.connect(), request);
    }
    final long each = (System.nanoTime() - start) / inARow / 1_000;
    List<Thread> askers = new ArrayList<>();
    List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
    start = System.nanoTime();
    for (int i = 0; i < 200; i++) {
      askers.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int j = 0; j < atOnce / 200; j++) {
                        ask(tunnel.connect(), request);
                      }
                    } catch (IOException | AssertionError e) {
                      failures.add(e);
                    }
                  }));
    }
    for (Thread asker : askers) {
      assertTrue(asker.join(Duration.ofMinutes(5)));
    }
    assertEquals(List.of(), failures);
    System.out.printf(
        "%d connections in a row, %d us each, %d us directly; %d by 200 at once, %d us each%n",
        inARow, each, eachDirectly, atOnce, (System.nanoTime() - start) / atOnce / 1_000);
    Await.until("all to be forgotten", LIMIT, () -> connections(tunnel) == 0);
  }

  private static void ask(Socket socket, byte[] request) throws IOException {
    try (Socket application = socket) {
      application.getOutputStream().write(request);
      assertArrayEquals(request, application.getInputStream().readAllBytes());
    }
  }

  @Test
  void aRecordedTunnelReplayedDoesNothing() throws Exception {
    TcpTarget echo = opened(TcpTarget.echo());
    TcpTunnel tunnel = opened(TcpTunnel.to(echo, 1, 2));
    EchoExchange exchange = new EchoExchange(random.nextLong(), tunnel.connect(), 100_000);
    exchange.run();
    exchange.check();
    Await.until("the target to see the end", LIMIT, () -> echo.ended() == 1);
    for (TcpLine.Recording recording : tunnel.lines().getFirst().recordings()) {
      byte[] recorded = recording.bytes();
      assertTrue(recorded.length > 47);
      try (Socket replay = new Socket(tunnel.serverPlace().host(), tunnel.serverPlace().port())) {
        replay.setSoTimeout(30_000);
        replay.getOutputStream().write(recorded, 0, 47);
        // It is answered, since it says the right thing; then nothing that it says opens.
        replay.getInputStream().readNBytes(49);
        replay.getOutputStream().write(recorded, 47, recorded.length - 47);
        assertThrows(SocketException.class, () -> replay.getInputStream().readAllBytes());
      }
    }
    assertEquals(1, echo.ended());
    assertEquals(0, echo.connections());
    assertEquals(2, tunnel.tunnels());
  }

  @Test
  void strangersAreTurnedAwayWithoutAWord() throws Exception {
    TcpTarget echo = opened(TcpTarget.echo());
    TcpTunnel tunnel = opened(TcpTunnel.to(echo, 1, 1));
    for (int i = 0; i < 50; i++) {
      try (Socket stranger = new Socket(tunnel.serverPlace().host(), tunnel.serverPlace().port())) {
        stranger.setSoTimeout(30_000);
        stranger.getOutputStream().write(bytes(1 + random.nextInt(200)));
        stranger.shutdownOutput();
        assertThrows(SocketException.class, () -> read(stranger));
      }
    }
    EchoExchange exchange = new EchoExchange(random.nextLong(), tunnel.connect(), 1_000);
    exchange.run();
    exchange.check();
  }

  @Test
  void whoCarriesWhatIsNoPacketIsTurnedAwayAndHoldsNobodyUp() throws Exception {
    TcpTarget echo = opened(TcpTarget.echo());
    TcpTunnel tunnel = opened(TcpTunnel.to(echo, 1, 1));
    ByteBuffer packets = ByteBuffer.allocate(1_000_000);
    for (int at = 9; at < 500_000; at += 1_000) {
      packets.putShort(at, (short) 998); // so much that reads become long
    }
    byte[] carrier = packets.array(); // and then lengths of 0, which no packet has
    byte[] recorded = tunnel.lines().getFirst().recordings().getFirst().bytes();
    System.arraycopy(recorded, 0, carrier, 0, 9);
    carrier[0] = 8;
    try (Socket stranger = new Socket(tunnel.serverPlace().host(), tunnel.serverPlace().port())) {
      stranger.setSoTimeout(30_000);
      assertThrows(
          SocketException.class,
          () -> {
            stranger.getOutputStream().write(carrier);
            read(stranger);
          });
    }
    EchoExchange exchange = new EchoExchange(random.nextLong(), tunnel.connect(), 1_000);
    exchange.run();
    exchange.check();
  }

  private static void read(Socket socket) throws IOException {
    assertEquals(-1, socket.getInputStream().read(), "a stranger was answered");
    throw new SocketException("the end");
  }

  private static int connections(TcpTunnel tunnel) {
    return tunnel.client().tunnelReport().join().connections();
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
