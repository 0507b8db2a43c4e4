package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.load.LoadPlan;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each program is killed and started again under load, as a process: traffic flows again. */
class RestartTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int PER_SECOND = 500;
  private static final int ENDLESS = 1_000_000;
  private static final int A_WHILE = 300;

  private final String serverPort = FreePorts.nextText();
  private final String bridgePort = FreePorts.nextText();
  private final String clientPort = FreePorts.nextText();

  private BothWays load;
  private ProgramProcess server;
  private ProgramProcess bridge;
  private ProgramProcess client;

  @BeforeEach
  void startAll() throws IOException {
    load = new BothWays(new LoadPlan(PER_SECOND, ENDLESS, 60, 1_300));
    server = startServer();
    bridge = startBridge();
    client = startClient();
    client.awaitError("path straight is up");
    client.awaitError("path bridged is up");
    load.start(BothWays.at(clientPort));
    awaitFlow();
  }

  @AfterEach
  void stopAll() {
    client.close();
    bridge.close();
    server.close();
    load.close();
  }

  private ProgramProcess startServer() throws IOException {
    return ProgramProcess.server(
        serverPort, "127.0.0.1", Integer.toString(load.target().getPort()));
  }

  private ProgramProcess startBridge() throws IOException {
    return ProgramProcess.bridge(bridgePort, "127.0.0.1:" + serverPort);
  }

  private ProgramProcess startClient() throws IOException {
    return ProgramProcess.client(
        "--listen",
        clientPort,
        "--bridge",
        "127.0.0.1 " + serverPort + " name=straight",
        "--bridge",
        "127.0.0.1 " + bridgePort + " name=bridged");
  }

  /** More arrives, in both directions. */
  private void awaitFlow() {
    long up = load.up().distinct();
    long down = load.down().distinct();
    Await.until(
        "both directions to flow",
        LIMIT,
        () -> load.up().distinct() >= up + A_WHILE && load.down().distinct() >= down + A_WHILE);
  }

  /** Waits for the first datagram each way that arrives from now on, and prints when that was. */
  private void awaitFirst(String what, ProgramProcess started) {
    long up = load.up().distinct();
    long down = load.down().distinct();
    long startedNanos = started.awaitError("listening on").atNanos();
    long[] firstNanos = new long[2];
    Await.until(
        "traffic to flow again after the restart of " + what,
        LIMIT,
        () -> {
          firstNanos[0] = firstNanos[0] == 0 && load.up().distinct() > up ? now() : firstNanos[0];
          firstNanos[1] =
              firstNanos[1] == 0 && load.down().distinct() > down ? now() : firstNanos[1];
          return firstNanos[0] != 0 && firstNanos[1] != 0;
        });
    System.out.printf(
        "%s killed and started: first datagram up %d ms, down %d ms after its start line%n",
        what,
        TimeUnit.NANOSECONDS.toMillis(firstNanos[0] - startedNanos),
        TimeUnit.NANOSECONDS.toMillis(firstNanos[1] - startedNanos));
  }

  private static long now() {
    return System.nanoTime();
  }

  @Test
  void theServerIsKilledAndComesBack() throws IOException {
    restartServer();
  }

  private void restartServer() throws IOException {
    InetSocketAddress seenFrom = load.seenFrom();
    server.kill();
    client.awaitError("no path leads to the server");
    server = startServer();
    awaitFirst("mpserver", server);
    awaitFlow();
    load.assertClean("");
    assertEquals(seenFrom, load.seenFrom(), "the target sees the flow where it was");
    client.awaitError("the server is back");
    assertEquals(1, client.countErrors("no path leads to the server"), client.said());
  }

  @Test
  void theClientIsKilledAndComesBack() throws IOException {
    restartClient();
  }

  private void restartClient() throws IOException {
    client.kill();
    client = startClient();
    awaitFirst("mpclient", client);
    awaitFlow();
    load.assertClean("");
  }

  @Test
  void aBridgeIsKilledAndComesBackAndNothingIsLost() throws IOException {
    bridge.kill();
    client.awaitError("path bridged is down");
    bridge = startBridge();
    Await.until(
        "the path to be up again", LIMIT, () -> client.countErrors("path bridged is up") == 2);
    awaitFlow();
    load.stop();
    load.assertAllArrived("");
  }

  @Test
  void theServerSaysGoodbyeAndIsMissedOnlyWhileItIsAway() throws IOException {
    server.signal("TERM");
    assertEquals(0, server.awaitExit(), server.said());
    assertTable(server, "path 1");
    client.awaitError("the server has closed");
    server = startServer();
    client.awaitError("the server is back");
    awaitFlow();
    load.assertClean("");
  }

  @Test
  void theClientSaysGoodbye() throws IOException {
    client.signal("USR1");
    client.awaitOutput("tunnel");
    assertTable(client, "bridged");
    client.signal("TERM");
    assertEquals(0, client.awaitExit(), client.said());
    assertEquals(2, client.output().stream().filter(row -> row.startsWith("tunnel")).count());
    server.awaitError("is gone");
  }

  @Test
  void aBridgeThatIsToldToEndPrintsWhatItCarried() throws IOException {
    bridge.signal("TERM");
    assertEquals(0, bridge.awaitExit(), bridge.said());
    assertTable(bridge, "127.0.0.1:" + serverPort);
    client.awaitError("path bridged is down");
    awaitFlow();
    load.stop();
    load.assertAllArrived("");
  }

  @Tag("full")
  @Test
  void bothEndsAreKilledTenTimesInTurn() throws IOException {
    for (int i = 0; i < 10; i++) {
      restartServer();
      restartClient();
      client.awaitError("path bridged is up");
    }
  }

  private static void assertTable(ProgramProcess program, String row) {
    assertTrue(
        program.output().stream().anyMatch(line -> line.startsWith(row)), () -> program.said());
  }
}
