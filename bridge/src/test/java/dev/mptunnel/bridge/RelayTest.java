package dev.mptunnel.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.Protocol;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.config.TcpSettings;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.observe.RelayReport;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The relay between real sockets on loopback. */
final class RelayTest {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final List<AutoCloseable> open = new ArrayList<>();
  private DatagramEngine engine;

  @BeforeEach
  void openEngine() throws IOException {
    engine = Engines.open(EngineChoice.AUTO, "bridge-test");
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    engine.close();
  }

  @Test
  void aHundredClientsEachGetTheirOwnAnswersUnchanged() throws Exception {
    DatagramSocket server = socket(0);
    Relay relay = relay(RelayLimits.of(1000, IDLE_NANOS), at(server));
    List<DatagramSocket> clients = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      clients.add(socket(0));
    }
    Set<InetSocketAddress> seen = new HashSet<>();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < clients.size(); i++) {
        send(clients.get(i), relay.listening().getFirst(), bytes("client " + i));
      }
      for (int i = 0; i < clients.size(); i++) {
        DatagramPacket request = receive(server);
        seen.add((InetSocketAddress) request.getSocketAddress());
        send(server, request.getSocketAddress(), bytes("to " + text(request)));
      }
      for (int i = 0; i < clients.size(); i++) {
        assertEquals("to client " + i, text(receive(clients.get(i))));
      }
    }
    assertEquals(100, seen.size(), "each has a socket of its own, and keeps it");
    RelayReport report = relay.report().join();
    assertEquals(100, report.proven());
    assertEquals(0, report.unproven());
    assertEquals(300, report.servers().getFirst().packetsTo());
    assertEquals(300, report.servers().getFirst().packetsFrom());
  }

  @Test
  void severalLoopsShareTheClientsAndTheirFiguresAndLimitsAreOne() throws Exception {
    Assumptions.assumeTrue(engine.name().equals("native"), "only that engine has several loops");
    DatagramSocket server = socket(0);
    Relay relay = relay(3, RelayLimits.of(40, IDLE_NANOS), at(server));
    InetSocketAddress to = relay.listening().getFirst();
    List<DatagramSocket> clients = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      clients.add(socket(0));
      roundTrip(clients.getLast(), to, server);
      assertEquals(Math.min(i + 1, 40), relay.report().join().proven());
    }
    RelayReport report = relay.report().join();
    assertEquals(20, report.evictedProven());
    assertEquals(60, report.servers().getFirst().packetsTo());
    assertEquals(60, report.servers().getFirst().packetsFrom());
    List<RelayReport> loops = relay.loopReports();
    assertEquals(3, loops.size());
    loops.forEach(loop -> assertTrue(loop.servers().getFirst().packetsTo() > 0, loop.toString()));
    for (DatagramSocket client : clients.subList(50, 60)) {
      roundTrip(client, to, server);
    }
  }

  @Test
  void datagramsOfEverySizePassBothWaysAlsoEmptyOnes() throws Exception {
    DatagramSocket server = socket(0);
    Relay relay = relay(RelayLimits.of(10, IDLE_NANOS), at(server));
    DatagramSocket client = socket(0);
    for (int size : new int[] {0, 1, 9, 1400, 65_507, 0}) {
      byte[] payload = new byte[size];
      new SplittableRandom(size).nextBytes(payload);
      send(client, relay.listening().getFirst(), payload);
      DatagramPacket request = receive(server);
      assertEquals(ByteBuffer.wrap(payload), content(request));
      send(server, request.getSocketAddress(), payload);
      assertEquals(ByteBuffer.wrap(payload), content(receive(client)));
    }
  }

  @Test
  void aSessionGoesToItsServerAndANewOneOfTheSameClientToItsOwn() throws Exception {
    DatagramSocket first = socket(0);
    DatagramSocket second = socket(0);
    Relay relay = relay(RelayLimits.of(10, IDLE_NANOS), at(first), at(second));
    assertGoByTheirSessions(relay, socket(0), first, second);
  }

  private static void assertGoByTheirSessions(
      Relay relay, DatagramSocket client, DatagramSocket first, DatagramSocket second)
      throws IOException {
    Rendezvous rendezvous = new Rendezvous(List.of(at(first).toString(), at(second).toString()));
    for (long session = 0; session < 20; session++) {
      byte[] datagram = ByteBuffer.allocate(12).put((byte) 1).putLong(session).array();
      send(client, relay.listening().getFirst(), datagram);
      DatagramSocket expected = rendezvous.choose(session) == 0 ? first : second;
      assertEquals(ByteBuffer.wrap(datagram), content(receive(expected)), "session " + session);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aServerThatIsTakenOutStillAnswersForAWhile(int loops) throws Exception {
    DatagramSocket first = socket(0);
    DatagramSocket second = socket(0);
    RelayLimits limits = RelayLimits.of(10, TimeUnit.MINUTES.toNanos(1));
    Relay relay = relay(loops, limits, at(first));
    InetSocketAddress entry = relay.listening().getFirst();
    DatagramSocket client = socket(0);
    roundTrip(client, entry, first);
    long before = descriptors();
    send(client, entry, bytes("asked before"));
    DatagramPacket asked = receive(first);
    assertEquals(
        List.of("server " + at(second) + " added", "server " + at(first) + " removed"),
        relay.reload(config(loops, limits, at(second))));
    send(first, asked.getSocketAddress(), bytes("answered after"));
    assertEquals("answered after", text(receive(client)));
    roundTrip(client, entry, second);
    assertEquals("", String.join("", relay.reload(config(loops, limits, at(second)))));
    await(
        () ->
            relay.report().join().servers().stream()
                .map(RelayReport.ServerRow::name)
                .toList()
                .equals(List.of(at(second).toString())));
    await(() -> descriptors() == before); // the first one's socket is closed
    assertEquals(1, relay.report().join().proven());
    relay.reload(config(loops, limits, at(first), at(second)));
    assertGoByTheirSessions(relay, client, first, second);
  }

  @Test
  void aServerWhoseNameDoesNotResolveTakesNobodysPlace() throws Exception {
    DatagramSocket server = socket(0);
    RelayLimits limits = RelayLimits.of(10, IDLE_NANOS);
    Relay relay = relay(limits, at(server));
    HostPort wrong = new HostPort("mptunnel.invalid", 2000);
    IOException refused =
        assertThrows(IOException.class, () -> relay.reload(config(1, limits, wrong)));
    assertTrue(refused.getMessage().contains("mptunnel.invalid:2000"), refused.getMessage());
    roundTrip(socket(0), relay.listening().getFirst(), server);
    assertEquals(
        List.of("server " + wrong + " added"),
        relay.reload(config(1, limits, at(server), wrong)),
        "one of two may be found later");
  }

  @Test
  void aServerThatIsAwayRefusesAndThenIsServedAgain() throws Exception {
    DatagramSocket server = socket(0);
    HostPort address = at(server);
    server.close();
    Relay relay = relay(RelayLimits.of(10, IDLE_NANOS), address);
    DatagramSocket client = socket(0);
    await(
        () -> {
          send(client, relay.listening().getFirst(), bytes("anyone?"));
          return relay.report().join().servers().getFirst().refusals() > 0;
        });
    DatagramSocket back = socket(address.port());
    back.setSoTimeout(100);
    // A refusal that is still under way costs the next datagram: the kernel reports it instead.
    await(
        () -> {
          send(client, relay.listening().getFirst(), bytes("now?"));
          try {
            send(back, receive(back).getSocketAddress(), bytes("yes"));
            return true;
          } catch (SocketTimeoutException again) {
            return false;
          }
        });
    assertEquals("yes", text(receive(client)));
  }

  @Test
  void aNameThatDoesNotResolveStopsNothing() throws Exception {
    Relay relay = relay(RelayLimits.of(10, IDLE_NANOS), new HostPort("no-such-host.invalid", 9));
    DatagramSocket client = socket(0);
    await(
        () -> {
          send(client, relay.listening().getFirst(), bytes("hello"));
          return relay.report().join().unresolvedDrops() > 0;
        });
    assertEquals(0, relay.report().join().unproven());
  }

  @Test
  void garbageFromManySourcesLeavesDescriptorsBoundedAndAClientServed() throws Exception {
    DatagramSocket server = socket(0);
    RelayLimits limits = new RelayLimits(10, IDLE_NANOS, 64, TimeUnit.SECONDS.toNanos(1), 2000);
    Relay relay = relay(limits, at(server));
    InetSocketAddress to = relay.listening().getFirst();
    DatagramSocket client = socket(0);
    roundTrip(client, to, server);
    long before = descriptors();

    SplittableRandom random = new SplittableRandom(5);
    List<DatagramSocket> strangers = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      strangers.add(socket(0));
    }
    long withStrangers = descriptors();
    for (int i = 0; i < 20_000; i++) {
      byte[] garbage = new byte[random.nextInt(200)];
      random.nextBytes(garbage);
      send(strangers.get(random.nextInt(strangers.size())), to, garbage);
      if (i % 1000 == 0) {
        assertTrue(descriptors() <= withStrangers + limits.maxUnproven() + 1);
      }
    }
    drain(server);
    roundTrip(client, to, server);
    RelayReport report = relay.report().join();
    assertTrue(report.evictedUnproven() > 0, "there was pressure: " + report);
    assertEquals(0, report.evictedProven());
    strangers.forEach(DatagramSocket::close);
    await(() -> descriptors() <= before);
  }

  private Relay relay(RelayLimits limits, HostPort... servers) throws IOException {
    return relay(1, limits, servers);
  }

  private Relay relay(int loops, RelayLimits limits, HostPort... servers) throws IOException {
    Relay relay = Relay.start(engine, config(loops, limits, servers), limits);
    open.add(relay);
    return relay;
  }

  private static BridgeConfig config(int loops, RelayLimits limits, HostPort... servers) {
    return new BridgeConfig(
        List.of(new HostPort("127.0.0.1", 0)),
        List.of(servers),
        limits.idleNanos(),
        limits.maxClients(),
        new SocketSettings(1 << 20, EngineChoice.AUTO),
        loops,
        Protocol.UDP,
        TcpSettings.DEFAULT);
  }

  private static void roundTrip(DatagramSocket client, InetSocketAddress to, DatagramSocket server)
      throws IOException {
    send(client, to, bytes("ping"));
    DatagramPacket request = receive(server);
    assertEquals("ping", text(request));
    send(server, request.getSocketAddress(), bytes("pong"));
    assertEquals("pong", text(receive(client)));
  }

  private DatagramSocket socket(int port) throws IOException {
    DatagramSocket socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, port));
    socket.setSoTimeout(5000);
    open.add(socket);
    return socket;
  }

  private static HostPort at(DatagramSocket socket) {
    return new HostPort("127.0.0.1", socket.getLocalPort());
  }

  private static void send(DatagramSocket from, java.net.SocketAddress to, byte[] bytes)
      throws IOException {
    from.send(new DatagramPacket(bytes, bytes.length, to));
  }

  private static DatagramPacket receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
    socket.receive(packet);
    return packet;
  }

  /** Takes what has come, until nothing has for a while. */
  private static void drain(DatagramSocket socket) throws IOException {
    socket.setSoTimeout(200);
    try {
      while (true) {
        receive(socket);
      }
    } catch (SocketTimeoutException quiet) {
      socket.setSoTimeout(5000);
    }
  }

  private static ByteBuffer content(DatagramPacket packet) {
    return ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
  }

  private static String text(DatagramPacket packet) {
    return StandardCharsets.UTF_8.decode(content(packet)).toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
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

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() - end < 0, "waited too long");
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }
}
