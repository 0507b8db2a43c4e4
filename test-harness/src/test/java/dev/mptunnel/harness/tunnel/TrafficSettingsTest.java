package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mptunnel.client.Client;
import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.ServerCommand;
import dev.mptunnel.core.RepairReport;
import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.emulator.UdpLink;
import dev.mptunnel.harness.link.LinkModel;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.loop.LoopSocket;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.server.Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the settings say of order and repair is what client and server do. */
class TrafficSettingsTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int DATAGRAM_BYTES = 1_000;

  /** In plain mode a packet ends in the datagram and a checksum of this length. */
  private static final int CHECKSUM_BYTES = 4;

  /** What an ORDERED frame is longer than a DATAGRAM frame; see docs/wire.md. */
  private static final int ORDER_BYTES = 5;

  private static final byte ANY_CONTENT = 1;
  private static final byte FIXED = 2;
  private static final byte NAMED = 3;

  private record Sort(Direction direction, byte content) {}

  private final Seed seed = Seed.ofRun();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** Of the packets that carried such a datagram in such a direction, the shortest. */
  private final Map<Sort, Integer> shortestBytes = new ConcurrentHashMap<>();

  private final Map<Byte, Integer> answers = new ConcurrentHashMap<>();
  private DatagramLoop loop;
  private EchoTarget target;
  private LoopSocket application;
  private Server server;
  private Client client;

  @BeforeEach
  void startLoop() throws IOException {
    System.out.println("  " + seed);
    loop = opened(DatagramLoop.start("line and applications"));
    target = new EchoTarget(loop);
    application =
        loop.open(
            BothWays.LOOPBACK, (_, datagram) -> answers.merge(datagram.get(0), 1, Integer::sum));
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

  private DatagramEngine engine(String name) throws IOException {
    return opened(Engines.open(EngineChoice.AUTO, name));
  }

  private static String[] with(String options, String... further) {
    List<String> all = new ArrayList<>(List.of(further));
    if (!options.isEmpty()) {
      all.addAll(Arrays.asList(options.split(" ")));
    }
    return all.toArray(String[]::new);
  }

  /** Starts both ends with one line of this kind between them. */
  private void startTunnel(String line, String ofClient, String ofServer) throws Exception {
    String port = FreePorts.nextText();
    String echo = "127.0.0.1:" + target.address().getPort();
    String[] serverOptions =
        with(ofServer, "--listen", "127.0.0.1:" + port, "--target", echo, "--target.wg", echo);
    server = Server.start(engine("mpserver"), new ServerCommand(Map.of()).config(serverOptions));
    open.push(server);
    LinkProperties properties = LinkProperties.parse(line);
    long now = System.nanoTime();
    UdpLink link =
        UdpLink.open(
            loop,
            BothWays.LOOPBACK,
            BothWays.at(port),
            new LinkModel(properties, seed.part("up").generator(), now),
            new LinkModel(properties, seed.part("down").generator(), now),
            (direction, _, packet, _) -> note(direction, packet));
    open.push(link::close);
    String[] clientOptions =
        with(ofClient, "--bridge", "127.0.0.1 " + link.address().getPort() + " name=line");
    client = Client.start(engine("mpclient"), new ClientCommand(Map.of()).config(clientOptions));
    open.push(client);
  }

  /** On the loop's thread. */
  private void note(Direction direction, ByteBuffer packet) {
    int bytes = packet.remaining();
    if (bytes > DATAGRAM_BYTES + CHECKSUM_BYTES) {
      int end = packet.position() + bytes - CHECKSUM_BYTES;
      byte content = packet.get(end - 1);
      if (packet.get(end - DATAGRAM_BYTES) == content) {
        shortestBytes.merge(new Sort(direction, content), bytes, Math::min);
      }
    }
  }

  private void speak(String port, byte content) {
    byte[] datagram = new byte[DATAGRAM_BYTES];
    Arrays.fill(datagram, content);
    loop.execute(() -> application.send(ByteBuffer.wrap(datagram), BothWays.at(port)));
  }

  private void speak(String port) {
    speak(port, ANY_CONTENT);
  }

  private int answers(byte content) {
    return answers.getOrDefault(content, 0);
  }

  /** Until the server has answered and need not be told any more which target is meant. */
  private void speakUntilKnown(String port, byte content) {
    Await.until(
        "answers from behind port " + port,
        LIMIT,
        () -> {
          speak(port, content);
          return answers(content) >= 20;
        });
  }

  @ParameterizedTest
  @CsvSource({
    "--for voice, --for.wg vpn, false, true",
    "--for vpn, --for.wg game, true, false",
    "--for game, '', false, true",
    "'', --for.wg voice, true, false",
  })
  void whatRunsOverAPortIsOrderedOrNotAndTheServerFollows(
      String fixed, String named, boolean isFixedOrdered, boolean isNamedOrdered) throws Exception {
    String port = FreePorts.nextText();
    String namedPort = FreePorts.nextText();
    String options = "--listen " + port + " --listen.wg " + namedPort + " " + fixed + " " + named;
    startTunnel("", options.strip().replaceAll(" +", " ") + " --encrypt off", "--encrypt off");
    speakUntilKnown(port, FIXED);
    speakUntilKnown(namedPort, NAMED);

    int expected = (isNamedOrdered ? ORDER_BYTES : 0) - (isFixedOrdered ? ORDER_BYTES : 0);
    for (Direction direction : Direction.values()) {
      int fixedBytes = shortestBytes.get(new Sort(direction, FIXED));
      int namedBytes = shortestBytes.get(new Sort(direction, NAMED));
      assertEquals(expected, namedBytes - fixedBytes, direction + ", fixed " + fixedBytes);
    }
  }

  @Test
  void aClientThatIsToldSoAsksForNothingAndLetsNothingWait() throws Exception {
    String port = FreePorts.nextText();
    startTunnel(
        "loss=20% delay=2ms", "--listen " + port + " --repair off --hold off", "--repair 100%");
    speakUntilLostBothWays(port);
    assertOff(clientRepair());
    assertOn(port, true);
  }

  @Test
  void aServerThatIsToldSoAsksForNothingAndLetsNothingWait() throws Exception {
    String port = FreePorts.nextText();
    startTunnel(
        "loss=20% delay=2ms", "--listen " + port + " --repair 100%", "--repair off --hold off");
    speakUntilLostBothWays(port);
    assertOff(serverRepair());
    assertOn(port, false);
  }

  private void speakUntilLostBothWays(String port) {
    Await.until(
        "losses both ways",
        LIMIT,
        () -> {
          speak(port);
          return answers(ANY_CONTENT) > 0
              && clientRepair().holes() > 20
              && serverRepair().holes() > 20;
        });
  }

  private static void assertOff(RepairReport repair) {
    assertEquals(0, repair.asked(), repair::toString);
    assertEquals(0, repair.resent(), repair::toString);
    assertEquals(0, repair.held(), repair::toString);
  }

  /** The other end does what is not switched off there. */
  private void assertOn(String port, boolean isServer) {
    Await.until(
        "the other end to ask and to wait",
        LIMIT,
        () -> {
          speak(port);
          RepairReport repair = isServer ? serverRepair() : clientRepair();
          return repair.asked() > 0 && repair.held() > 0;
        });
  }

  private RepairReport clientRepair() {
    return client.report().join().repair();
  }

  private RepairReport serverRepair() {
    var sessions = server.reports().join();
    return sessions.getFirst().repair();
  }
}
