package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.loop.LoopSocket;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

/** What a user sees who got something wrong: one line that says what, and what to do. */
class BadUsageTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;

  private Path file(String... lines) throws IOException {
    return Files.write(folder.resolve("mpclient.conf"), List.of(lines));
  }

  /** The program ends with 2, prints these lines to stderr, and nothing else. */
  private static void assertRefused(ProgramProcess program, String... lines) {
    try (program) {
      int status = program.awaitExit();
      program.errors().forEach(line -> System.out.println("  " + line));
      assertEquals(List.of(lines), program.errors());
      assertEquals(List.of(), program.output());
      assertEquals(2, status);
    }
  }

  @Test
  void anUnknownKeyIsNamedWithItsPlaceAndTheOneThatWasMeant() throws IOException {
    Path file = file("# home", "127.0.0.1 4000", "lissten = 3000");
    assertRefused(
        ProgramProcess.launchClient(file.toString()),
        "mpclient: " + file + ":3: unknown key 'lissten'; did you mean listen?",
        "try 'mpclient --help'");
    assertRefused(
        ProgramProcess.launchClient("--lissten", "3000"),
        "mpclient: unknown option '--lissten'; did you mean --listen?",
        "try 'mpclient --help'");
  }

  @Test
  void aTargetsNameIsSaidToBeBadOrMistyped() throws IOException {
    Path file = file("listen = 2000", "targte.wg = 127.0.0.1:51820");
    assertRefused(
        ProgramProcess.launchServer("-c", file.toString()),
        "mpserver: " + file + ":2: unknown key 'targte.wg'; did you mean target.wg?",
        "try 'mpserver --help'");
    assertRefused(
        ProgramProcess.launchClient("--listen.Wg", "3002", "--bridge", "127.0.0.1 4000"),
        "mpclient: option '--listen.Wg' is refused; expected --listen.NAME, NAME being 1 to 32 of"
            + " a-z, 0-9, '-' and '_'",
        "try 'mpclient --help'");
    assertRefused(
        ProgramProcess.launchServer("2000", "127.0.0.1:1194", "--target.fixed", "127.0.0.1:9"),
        "mpserver: option '--target.fixed' is refused; expected --target, or another name",
        "try 'mpserver --help'");
  }

  @Test
  void whatRunsOverAPortThatIsNotOpenedIsRefused() throws IOException {
    Path file = file("listen = 3000", "for.wg = vpn", "127.0.0.1 4000");
    assertRefused(
        ProgramProcess.launchClient(file.toString()),
        "mpclient: "
            + file
            + ":2: for.wg: for.wg is of no use without listen.wg; expected that too",
        "try 'mpclient --help'");
    assertRefused(
        ProgramProcess.launchClient(
            "--for", "game", "--listen.wg", "3002", "--bridge", "127.0.0.1 4000"),
        "mpclient: --for: for is of no use without listen, as there is listen.wg; expected"
            + " for.NAME, or listen too",
        "try 'mpclient --help'");
  }

  @Test
  void aBadShareOrHoldIsSaidWithWhatIsPossible() throws IOException {
    Path file = file("127.0.0.1 4000", "repair = 3");
    assertRefused(
        ProgramProcess.launchClient(file.toString()),
        "mpclient: "
            + file
            + ":2: repair: '3' cannot be read; expected off or a share such as 3% or 0.5%",
        "try 'mpclient --help'");
    assertRefused(
        ProgramProcess.launchServer("2000", "127.0.0.1:1194", "--hold", "5s"),
        "mpserver: --hold: '5s' is out of range; expected auto, off or 1ms to 1s",
        "try 'mpserver --help'");
  }

  @Test
  void aBadPortIsSaidWithTheRange() throws IOException {
    assertRefused(
        ProgramProcess.launchServer("70000", "127.0.0.1", "1194"),
        "mpserver: PORT: port 70000 is out of range; expected 1 to 65535",
        "try 'mpserver --help'");
    assertRefused(
        ProgramProcess.launchBridge("4000", "127.0.0.1:http"),
        "mpbridge: SERVER: port 'http' is not a number; expected 1 to 65535",
        "try 'mpbridge --help'");
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    Path file = folder.resolve("none.conf");
    assertRefused(
        ProgramProcess.launchClient(file.toString()),
        "mpclient: " + file + ": there is no such file; expected a configuration file",
        "try 'mpclient --help'");
  }

  @Test
  void noArgumentsAreAnsweredWithWhatIsExpected() throws IOException {
    assertRefused(
        ProgramProcess.launchClient(),
        "mpclient: no bridge is given; expected a FILE, or --bridge 'HOST PORT'",
        "try 'mpclient --help'");
    assertRefused(
        ProgramProcess.launchServer(),
        "mpserver: no listening port is given; expected mpserver PORT[,PORT...] TARGET_HOST"
            + " TARGET_PORT",
        "try 'mpserver --help'");
    assertRefused(
        ProgramProcess.launchBridge(),
        "mpbridge: no listening port is given; expected mpbridge PORT HOST:PORT",
        "try 'mpbridge --help'");
  }

  @Test
  @Execution(CONCURRENT)
  void aPortInUseIsNamed() throws IOException {
    try (DatagramSocket taken = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
      String port = Integer.toString(taken.getLocalPort());
      String line =
          ": 127.0.0.1:"
              + port
              + ": address already in use; end what listens there, or choose another port";
      assertRefused(
          ProgramProcess.launchClient("--listen", port, "--bridge", "127.0.0.1 4000"),
          "mpclient" + line);
      assertRefused(
          ProgramProcess.launchServer("--listen", "127.0.0.1:" + port, "--target", "127.0.0.1:9"),
          "mpserver" + line);
      assertRefused(
          ProgramProcess.launchBridge("--listen", "127.0.0.1:" + port, "--server", "127.0.0.1:9"),
          "mpbridge" + line);
    }
  }

  @Test
  void aNameToListenOnThatDoesNotResolveIsRefused() throws IOException {
    assertRefused(
        ProgramProcess.launchServer("--listen", "nowhere.invalid:2000", "--target", "127.0.0.1:9"),
        "mpserver: listen = nowhere.invalid:2000: nowhere.invalid does not resolve; give an"
            + " address");
  }

  @Test
  @Execution(CONCURRENT)
  void aBridgeWhoseNameDoesNotResolveIsToldOnceAndTheOthersAreUsed() throws IOException {
    String serverPort = FreePorts.nextText();
    try (DatagramLoop loop = DatagramLoop.start("target")) {
      EchoTarget target = new EchoTarget(loop);
      try (ProgramProcess server =
              ProgramProcess.server(
                  serverPort, "127.0.0.1", Integer.toString(target.address().getPort()));
          ProgramProcess client =
              ProgramProcess.client(
                  "--listen",
                  FreePorts.nextText(),
                  "--bridge",
                  "nowhere.invalid 4000 name=lost",
                  "--bridge",
                  "127.0.0.1 " + serverPort + " name=good")) {
        client.awaitError("path good is up");
        String trouble =
            client.awaitError("path lost: ").text().replaceFirst("^[0-9-]+ [0-9:.]+ ", "");
        System.out.println("  " + trouble);
        assertEquals(
            "WARN  path lost: nowhere.invalid does not resolve; trying again. Is the name right,"
                + " and DNS reachable?",
            trouble);
        server.awaitError("path 1 is up");
        // Two more tries, by the back-off: 1 s and 2 s after the first.
        awaitSeconds(4);
        assertEquals(1, client.countErrors("does not resolve"), client.said());
      }
    }
  }

  /** Time is what is waited for here: that nothing more is said meanwhile. */
  private static void awaitSeconds(int seconds) {
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    Await.until("the time", LIMIT, () -> System.nanoTime() - end > 0);
  }

  @Test
  @Execution(CONCURRENT)
  void aTargetThatRefusesIsToldOnceAndWhenItAnswersAgain() throws IOException {
    String serverPort = FreePorts.nextText();
    String clientPort = FreePorts.nextText();
    int targetPort = FreePorts.next();
    try (DatagramLoop loop = DatagramLoop.start("application");
        ProgramProcess server =
            ProgramProcess.server(serverPort, "127.0.0.1", Integer.toString(targetPort));
        ProgramProcess client =
            ProgramProcess.client("--listen", clientPort, "--bridge", "127.0.0.1 " + serverPort)) {
      client.awaitError("is up");
      LoopSocket application = loop.open(BothWays.LOOPBACK, (source, datagram) -> {});
      Runnable speak =
          () -> application.send(ByteBuffer.wrap(new byte[] {1}), BothWays.at(clientPort));
      for (int i = 0; i < 50; i++) {
        loop.execute(speak);
      }
      String refused = server.awaitError("refuses").text().replaceFirst("^[0-9-]+ [0-9:.]+ ", "");
      System.out.println("  " + refused);
      assertEquals(
          "WARN  target 127.0.0.1:"
              + targetPort
              + " refuses datagrams: is the service running there, on UDP?",
          refused);
      EchoTarget target = new EchoTarget(loop, targetPort);
      Await.until(
          "the target to be heard of",
          LIMIT,
          () -> {
            loop.execute(speak);
            return server.countErrors("answers again") == 1;
          });
      assertEquals(1, server.countErrors("refuses"), server.said());
      assertTrue(target.received() > 0);
    }
  }
}
