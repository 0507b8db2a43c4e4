package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.load.LoadPlan;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each program is killed and started again under load, as a process: traffic flows again. */
class RestartTest {

  /** What is measured has it alone; the others, which mostly wait, share it. */
  private static final String MACHINE = "machine";

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration STILL = Duration.ofMillis(600);
  private static final int PER_SECOND = 500;
  private static final int ENDLESS = 1_000_000;
  private static final int A_WHILE = 300;

  /** Of a line, one way. */
  private static final int DELAY_MILLIS = 25;

  private BothWays load;
  private ProcessTunnel tunnel;
  private RecoveryTimes ofServer;
  private RecoveryTimes ofClient;
  private RecoveryTimes ofBridges;

  private void start(int delayMillis, String... options) throws IOException {
    ofServer = new RecoveryTimes("mpserver", 2 * delayMillis);
    ofClient = new RecoveryTimes("mpclient", 2 * delayMillis);
    ofBridges = new RecoveryTimes("all bridges", 2 * delayMillis);
    load = new BothWays(new LoadPlan(PER_SECOND, ENDLESS, 60, 1_300));
    tunnel = new ProcessTunnel(load.target(), delayMillis, options);
    load.start(tunnel.entry());
    awaitFlow();
  }

  @AfterEach
  void stopAll() {
    if (tunnel != null) {
      tunnel.close();
    }
    load.close();
  }

  /** More arrives, in both directions, and all lines have their part in it. */
  private void awaitFlow() {
    long up = load.up().distinct();
    long down = load.down().distinct();
    Await.until(
        "both directions to flow",
        LIMIT,
        () -> load.up().distinct() >= up + A_WHILE && load.down().distinct() >= down + A_WHILE);
    tunnel.awaitAllInUse();
  }

  private interface Launch {
    List<ProgramProcess> run() throws IOException;
  }

  /** Starts what was killed, and notes the first datagram each way that arrives from then on. */
  private void restart(RecoveryTimes times, Launch launch) throws IOException {
    Await.quiet(
        "what was under way", STILL, LIMIT, () -> load.up().distinct() + load.down().distinct());
    List<ProgramProcess> started = launch.run();
    Await.until(
        "one to listen",
        LIMIT,
        () -> started.stream().anyMatch(program -> program.countErrors("listening on") > 0));
    long up = load.up().distinct();
    long down = load.down().distinct();
    long[] firstNanos = new long[2];
    Await.until(
        "traffic to flow again",
        LIMIT,
        () -> {
          firstNanos[0] = firstNanos[0] == 0 && load.up().distinct() > up ? now() : firstNanos[0];
          firstNanos[1] =
              firstNanos[1] == 0 && load.down().distinct() > down ? now() : firstNanos[1];
          return firstNanos[0] != 0 && firstNanos[1] != 0;
        });
    long startedNanos =
        started.stream()
            .mapToLong(program -> program.awaitError("listening on").atNanos())
            .min()
            .orElseThrow();
    times.add(firstNanos[0] - startedNanos, firstNanos[1] - startedNanos);
    awaitFlow();
    load.assertClean("");
  }

  private static long now() {
    return System.nanoTime();
  }

  private void restartServer() throws IOException {
    InetSocketAddress seenFrom = load.seenFrom();
    ProgramProcess client = tunnel.client();
    long silences = client.countErrors("no path leads to the server");
    long returns = client.countErrors("the server is back");
    tunnel.server().kill();
    restart(ofServer, () -> List.of(tunnel.relaunchServer()));
    assertEquals(seenFrom, load.seenFrom(), "the target sees the flow where it was");
    assertEquals(returns + 1, client.countErrors("the server is back"), client.said());
    // The client may find the new server before it misses the old one.
    long more = client.countErrors("no path leads to the server") - silences;
    assertTrue(more <= 1, client.said());
  }

  private void restartClient() throws IOException {
    tunnel.client().kill();
    restart(ofClient, () -> List.of(tunnel.relaunchClient()));
  }

  private void restartBridges() throws IOException {
    tunnel.bridges().forEach(ProgramProcess::kill);
    restart(
        ofBridges,
        () -> {
          List<ProgramProcess> started = new ArrayList<>();
          for (int i = 0; i < tunnel.bridges().size(); i++) {
            started.add(tunnel.relaunchBridge(i));
          }
          return started;
        });
  }

  @Test
  @ResourceLock(MACHINE)
  void eachIsKilledInTurn() throws IOException {
    start(DELAY_MILLIS);
    killInTurn(1);
  }

  /** Without a delay, what is left is what the programs and this machine add. */
  @Tag("full")
  @ParameterizedTest
  @ResourceLock(MACHINE)
  @CsvSource({DELAY_MILLIS + ", on", "0, on", DELAY_MILLIS + ", off"})
  void eachIsKilledTenTimesInTurn(int delayMillis, String encrypt) throws IOException {
    start(delayMillis, "--encrypt", encrypt);
    System.out.println("encrypt " + encrypt + ":");
    killInTurn(10);
    System.out.println(
        "expected: p99 at most 2.5 round trips up and 3 down, and what is left without a delay");
  }

  private void killInTurn(int times) throws IOException {
    for (int i = 0; i < times; i++) {
      restartServer();
      restartClient();
      restartBridges();
    }
    ofServer.print();
    ofClient.print();
    ofBridges.print();
  }

  @Test
  @Execution(CONCURRENT)
  @ResourceLock(value = MACHINE, mode = ResourceAccessMode.READ)
  void aBridgeIsKilledAndComesBackAndNothingIsLost() throws IOException {
    start(DELAY_MILLIS);
    ProgramProcess client = tunnel.client();
    tunnel.bridges().get(1).kill();
    client.awaitError("path two is down");
    tunnel.relaunchBridge(1);
    Await.until("the path to be up again", LIMIT, () -> client.countErrors("path two is up") == 2);
    awaitFlow();
    load.stop();
    load.assertAllArrived("");
  }

  @Test
  @Execution(CONCURRENT)
  @ResourceLock(value = MACHINE, mode = ResourceAccessMode.READ)
  void theServerSaysGoodbyeAndIsMissedOnlyWhileItIsAway() throws IOException {
    start(DELAY_MILLIS);
    tunnel.server().signal("TERM");
    assertEquals(0, tunnel.server().awaitExit(), tunnel.server().said());
    assertTable(tunnel.server(), "path 1");
    tunnel.client().awaitError("the server has closed");
    tunnel.relaunchServer();
    tunnel.client().awaitError("the server is back");
    awaitFlow();
    load.assertClean("");
  }

  @Test
  @Execution(CONCURRENT)
  @ResourceLock(value = MACHINE, mode = ResourceAccessMode.READ)
  void theClientSaysGoodbye() throws IOException {
    start(DELAY_MILLIS);
    ProgramProcess client = tunnel.client();
    client.signal("USR1");
    client.awaitOutput("tunnel");
    assertTable(client, "two");
    client.signal("TERM");
    assertEquals(0, client.awaitExit(), client.said());
    assertEquals(2, client.output().stream().filter(row -> row.startsWith("tunnel")).count());
    tunnel.server().awaitError("is gone");
  }

  @Test
  @Execution(CONCURRENT)
  @ResourceLock(value = MACHINE, mode = ResourceAccessMode.READ)
  void aBridgeThatIsToldToEndPrintsWhatItCarried() throws IOException {
    start(DELAY_MILLIS);
    ProgramProcess bridge = tunnel.bridges().get(1);
    bridge.signal("TERM");
    assertEquals(0, bridge.awaitExit(), bridge.said());
    assertTable(bridge, tunnel.serverAddress());
    tunnel.client().awaitError("path two is down");
    load.stop();
    load.assertAllArrived("");
  }

  private static void assertTable(ProgramProcess program, String row) {
    assertTrue(
        program.output().stream().anyMatch(line -> line.startsWith(row)), () -> program.said());
  }
}
