package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.loop.LoopSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may stand where: applications, addresses, ports and interfaces, on real processes. */
class AddressingTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final String serverPort = FreePorts.nextText();
  private final String clientPort = FreePorts.nextText();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private DatagramLoop loop;

  @BeforeEach
  void startLoop() throws IOException {
    loop = opened(DatagramLoop.start("applications"));
  }

  @AfterEach
  void closeAll() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  /** An application that keeps the answers it gets. */
  private final class Application {

    private final List<String> answers = new CopyOnWriteArrayList<>();
    private final InetSocketAddress entry;
    private final LoopSocket socket;

    Application(InetSocketAddress local, InetSocketAddress entry) throws IOException {
      this.entry = entry;
      socket =
          loop.open(
              local,
              (source, datagram) ->
                  answers.add(StandardCharsets.UTF_8.decode(datagram).toString()));
    }

    Application() throws IOException {
      this(BothWays.LOOPBACK, BothWays.at(clientPort));
    }

    /** Sends and waits for the echo, which must be the only answer. */
    void ask(String text) {
      answers.clear();
      loop.execute(
          () -> socket.send(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), entry));
      Await.until("the echo of '" + text + "'", LIMIT, () -> !answers.isEmpty());
      assertEquals(List.of(text), answers);
    }
  }

  private EchoTarget startServer(String... ports) throws IOException {
    EchoTarget target = new EchoTarget(loop);
    String port = Integer.toString(target.address().getPort());
    opened(ProgramProcess.server(String.join(",", ports), "127.0.0.1", port));
    return target;
  }

  private ProgramProcess startClient(String... bridges) throws IOException {
    Stream<String> lines = Arrays.stream(bridges).flatMap(line -> Stream.of("--bridge", line));
    return opened(
        ProgramProcess.client(
            Stream.concat(Stream.of("--listen", clientPort), lines).toArray(String[]::new)));
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.push(resource);
    return resource;
  }

  @Test
  void applicationsShareAClientAndOneThatRestartsIsANewOne() throws IOException {
    EchoTarget target = startServer(serverPort);
    startClient("127.0.0.1 " + serverPort);
    Application one = new Application();
    Application two = new Application();
    one.ask("one");
    two.ask("two");
    one.ask("one again");
    assertEquals(2, target.sources());

    one.socket.close();
    Application restarted = new Application();
    restarted.ask("three");
    two.ask("two again");
    assertEquals(3, target.sources());
  }

  @Test
  void anEmptyDatagramIsCarriedBothWays() throws IOException {
    EchoTarget target = startServer(serverPort);
    startClient("127.0.0.1 " + serverPort);
    Application application = new Application();
    application.ask("first");
    application.ask("");
    application.ask("last");
    assertEquals(1, target.empty());
    assertEquals(3, target.received());
  }

  @Test
  void allIsIpv6() throws IOException {
    EchoTarget target =
        new EchoTarget(loop, new InetSocketAddress(InetAddress.ofLiteral("::1"), 0));
    String bridgePort = FreePorts.nextText();
    opened(
        ProgramProcess.server(
            "--listen", "[::1]:" + serverPort, "--target", "[::1]:" + target.address().getPort()));
    opened(ProgramProcess.bridge("[::1]:" + bridgePort, "[::1]:" + serverPort));
    ProgramProcess client =
        opened(
            ProgramProcess.client(
                "--listen", "[::1]:" + clientPort, "--bridge", "[::1]:" + bridgePort));
    client.awaitError("path [::1]:" + bridgePort + " is up");
    InetAddress loopback = InetAddress.ofLiteral("::1");
    new Application(
            new InetSocketAddress(loopback, 0),
            new InetSocketAddress(loopback, Integer.parseInt(clientPort)))
        .ask("six");
    assertEquals(1, target.sources());
  }

  @Test
  void aServerListensOnSeveralPortsAndALineMayPointStraightAtOne() throws IOException {
    String otherPort = FreePorts.nextText();
    String bridgePort = FreePorts.nextText();
    EchoTarget target = startServer(serverPort, otherPort);
    opened(ProgramProcess.bridge(bridgePort, "127.0.0.1", serverPort));
    ProgramProcess client =
        startClient("127.0.0.1 " + bridgePort + " name=bridged", "127.0.0.1:" + otherPort);
    client.awaitError("path bridged is up");
    client.awaitError("path 127.0.0.1:" + otherPort + " is up");
    new Application().ask("both");
    assertEquals(1, target.received(), "one copy of two");
  }

  @Test
  void aPathLeavesFromTheAddressAndTheInterfaceThatItIsBoundTo() throws IOException {
    startServer(serverPort);
    ProgramProcess client =
        startClient(
            "127.0.0.1 " + serverPort + " name=address bind=127.0.0.7",
            "127.0.0.1 " + serverPort + " name=interface bind=lo");
    client.awaitError("path address is up");
    client.awaitError("path interface is up");
    ProgramProcess server = (ProgramProcess) open.stream().skip(1).findFirst().orElseThrow();
    assertTrue(server.awaitError("path 0 is up").text().contains(" 127.0.0.7:"), server.said());
    assertTrue(server.awaitError("path 1 is up").text().contains(" 127.0.0.1:"), server.said());
    new Application().ask("bound");
  }
}
