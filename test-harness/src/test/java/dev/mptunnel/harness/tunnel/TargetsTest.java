package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.loop.LoopSocket;
import dev.mptunnel.secret.SecretFile;
import dev.mptunnel.secret.SharedSeed;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

/** A server with several targets, and clients of which one may use some only, as processes. */
class TargetsTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;

  private final String serverPort = FreePorts.nextText();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private DatagramLoop loop;
  private EchoTarget fixed;
  private EchoTarget wg;
  private Path config;

  @BeforeEach
  void startTargets() throws IOException {
    loop = opened(DatagramLoop.start("applications"));
    fixed = new EchoTarget(loop);
    wg = new EchoTarget(loop);
    config = folder.resolve("mpserver.conf");
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

  private void configure(String... lines) throws IOException {
    List<String> all = new ArrayList<>(List.of(lines));
    all.add("listen = 127.0.0.1:" + serverPort);
    all.add("target = 127.0.0.1:" + fixed.address().getPort());
    all.add("target.wg = 127.0.0.1:" + wg.address().getPort());
    Files.write(config, all);
  }

  private ProgramProcess server() throws IOException {
    return opened(ProgramProcess.server("-c", config.toString()));
  }

  private ProgramProcess client(String... options) throws IOException {
    List<String> args = new ArrayList<>(Arrays.asList(options));
    args.addAll(List.of("--bridge", "127.0.0.1 " + serverPort + " name=way"));
    return opened(ProgramProcess.client(args.toArray(String[]::new)));
  }

  private String ask(String... words) throws IOException {
    List<String> args = new ArrayList<>(List.of("-c", config.toString()));
    args.addAll(List.of(words));
    ProgramProcess program = opened(ProgramProcess.launchServer(args.toArray(String[]::new)));
    assertEquals(0, program.awaitExit(), program::said);
    return program.output().getFirst();
  }

  /** An application that counts its answers. */
  private final class Application {

    private final AtomicLong answers = new AtomicLong();
    private final InetSocketAddress entry;
    private final LoopSocket socket;

    Application(String port) throws IOException {
      entry = BothWays.at(port);
      socket = loop.open(BothWays.LOOPBACK, (_, _) -> answers.incrementAndGet());
    }

    void speak() {
      loop.execute(
          () -> socket.send(ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)), entry));
    }

    void speakUntilAnswered() {
      long before = answers.get();
      speakUntil("an answer from behind port " + entry.getPort(), () -> answers.get() > before);
    }

    void speakUntilTold(ProgramProcess program, String words) {
      speakUntil(words, () -> program.countErrors(words) > 0);
    }

    private void speakUntil(String what, BooleanSupplier happened) {
      Await.until(
          what,
          LIMIT,
          () -> {
            speak();
            return happened.getAsBoolean();
          });
    }
  }

  @Test
  @Execution(CONCURRENT)
  void eachPortOfAClientLeadsToItsTargetAlsoAfterTheServerRestarted() throws IOException {
    configure();
    String port = FreePorts.nextText();
    String wgPort = FreePorts.nextText();
    ProgramProcess server = server();
    assertTrue(
        server
            .awaitError("listening on")
            .text()
            .contains(
                "target 127.0.0.1:%d, wg 127.0.0.1:%d,"
                    .formatted(fixed.address().getPort(), wg.address().getPort())),
        server::said);
    ProgramProcess client = client("--listen", port, "--listen.wg", wgPort);
    assertTrue(
        client
            .awaitError("listening on")
            .text()
            .contains("listening on 127.0.0.1:%s, wg 127.0.0.1:%s,".formatted(port, wgPort)),
        client::said);
    Application toFixed = new Application(port);
    Application toWg = new Application(wgPort);
    toWg.speakUntilAnswered();
    assertEquals(0, fixed.received());
    toFixed.speakUntilAnswered();
    long before = wg.received();

    server.kill();
    server();
    toWg.speakUntilAnswered();
    toFixed.speakUntilAnswered();
    assertTrue(wg.received() > before);
  }

  @Test
  @Execution(CONCURRENT)
  void whoMayUseOneTargetIsToldOfTheOthersOnceUntilTheClientsFileSaysMore() throws IOException {
    configure("secret-file = secret", "clients-file = clients");
    SecretFile.create(folder.resolve("secret"), SharedSeed.random(new SecureRandom()));
    String token = ask("invite", "alice", "--targets", "wg");
    String port = FreePorts.nextText();
    String wgPort = FreePorts.nextText();
    String nonePort = FreePorts.nextText();
    ProgramProcess server = server();
    ProgramProcess alice =
        client(
            "--secret",
            token,
            "--listen=" + port,
            "--listen.wg=" + wgPort,
            "--listen.none=" + nonePort);
    Application toWg = new Application(wgPort);
    Application toFixed = new Application(port);
    toWg.speakUntilAnswered();
    toFixed.speakUntilTold(
        alice, "the target without a name is not for this invitation; ask who invited you");
    assertTrue(
        server
            .awaitError("asks for the target without a name, which is not among its targets")
            .text()
            .contains("client alice "),
        server::said);
    for (int i = 0; i < 20; i++) {
      toFixed.speak();
      toWg.speakUntilAnswered();
    }
    assertEquals(0, fixed.received());

    Path clients = folder.resolve("clients");
    String all = Files.readString(clients).replace(" wg\n", " fixed,none\n");
    Path changed = Files.copy(clients, folder.resolve("changed")); // with its rights
    Files.writeString(changed, all);
    Files.move(changed, clients, StandardCopyOption.REPLACE_EXISTING);
    server.awaitError("the clients file has changed and was read");
    toFixed.speakUntilAnswered();
    long before = wg.received();
    toWg.speakUntilTold(alice, "target wg is not for this invitation; ask who invited you");
    new Application(nonePort)
        .speakUntilTold(
            alice,
            "the server has no target none; is the name in listen.none right, and set there as"
                + " target.none?");
    assertEquals(before, wg.received());
    assertEquals(1, alice.countErrors("the target without a name"), alice::said);
    assertEquals(1, server.countErrors("the target without a name"), server::said);
    assertEquals(0, server.countErrors("client alice is gone"), server::said);
  }
}
