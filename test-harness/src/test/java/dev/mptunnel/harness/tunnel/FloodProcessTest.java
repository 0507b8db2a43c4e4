package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.loop.KernelDrops;
import dev.mptunnel.harness.world.ForgedInits;
import dev.mptunnel.secret.SecretFile;
import dev.mptunnel.secret.SharedSeed;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody who knows the server's public key sends mpserver INITs as fast as one thread can, from
 * many ports: it spends no more on him than it may and keeps nothing, a client that is in the
 * tunnel stays in it, and a new one comes in.
 */
class FloodProcessTest {

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final int PER_SECOND = 500;
  private static final int ANSWERABLE = 2_000;
  private static final int HANDSHAKES_PER_SECOND = 400;
  private static final int HANDSHAKE_BURST = 200;
  private static final long MAX_HEAP_GROWTH_BYTES = 16 << 20;
  private static final Pattern ANSWERED = Pattern.compile("^handshakes: (\\d+) answered.*");

  private final Seed seed = Seed.ofRun();
  private final SharedSeed secret = SharedSeed.random(seed.part("secret").generator());
  private final String serverPort = FreePorts.nextText();
  private final List<AutoCloseable> open = new ArrayList<>();

  private String secretFile;
  private BothWays load;
  private Flood flood;
  private ProgramProcess server;

  @BeforeEach
  void startAll(@TempDir Path folder) throws IOException {
    secretFile = folder.resolve("secret").toString();
    SecretFile.create(Path.of(secretFile), secret);
    load = opened(new BothWays(new LoadPlan(PER_SECOND, 1_000_000, 60, 1_300)));
    ForgedInits forged =
        new ForgedInits(secret.serverKeys().own().publicKey(), seed.part("inits").generator());
    List<byte[]> inits = forged.answerable(ANSWERABLE);
    for (int i = 0; i < ANSWERABLE; i++) {
      inits.add(forged.hollow());
    }
    flood = opened(new Flood(BothWays.at(serverPort), inits));
    server =
        opened(
            ProgramProcess.busyServer(
                "--listen",
                "127.0.0.1:" + serverPort,
                "--target",
                "127.0.0.1:" + load.target().getPort(),
                "--secret-file",
                secretFile));
    String clientPort = FreePorts.nextText();
    startClient(clientPort).awaitError("path second is up");
    load.start(BothWays.at(clientPort));
    Await.until("the load", LIMIT, () -> load.hasSent(PER_SECOND));
  }

  private ProgramProcess startClient(String port) throws IOException {
    return opened(
        ProgramProcess.client(
            "--listen",
            port,
            "--secret-file",
            secretFile,
            "--bridge",
            "127.0.0.1 " + serverPort + " name=first",
            "--bridge",
            "127.0.0.1 " + serverPort + " name=second"));
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable resource : open.reversed()) {
      resource.close();
    }
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.add(resource);
    return resource;
  }

  @Test
  void aFloodOfInitsKeepsNobodyOut() throws IOException {
    run(Duration.ofSeconds(5));
  }

  @Tag("full")
  @Test
  void halfAMinuteOfAFloodOfInitsKeepsNobodyOut() throws IOException {
    run(Duration.ofSeconds(30));
  }

  private void run(Duration length) throws IOException {
    InetSocketAddress victim = BothWays.at(serverPort);
    flood.start();
    Await.until("it to be warm", LIMIT, () -> flood.answers() > ANSWERABLE);
    flood.stop();
    Await.quiet("answers", Duration.ofSeconds(1), LIMIT, flood::answers);
    Memory before = Memory.of(server);
    long answeredBefore = handshakesAnswered();
    long dropsBefore = KernelDrops.of(victim);
    long sentBefore = flood.sent();
    long answersBefore = flood.answers();
    int upBefore = load.sentUp();
    int downBefore = load.sentDown();

    long startNanos = System.nanoTime();
    flood.start();
    ProgramProcess late = startClient(FreePorts.nextText());
    long lateNanos = late.awaitError("listening on").atNanos();
    long inNanos = late.awaitError(" is up").atNanos();
    boolean duringFlood = System.nanoTime() - startNanos < length.toNanos();
    Await.until(
        "the end of the flood",
        length.plus(LIMIT),
        () -> System.nanoTime() - startNanos >= length.toNanos());
    flood.stop();
    long sent = flood.sent() - sentBefore;
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    long answered = handshakesAnswered() - answeredBefore;
    long answeredSeconds = (System.nanoTime() - startNanos) / TimeUnit.SECONDS.toNanos(1) + 1;
    Memory after = Memory.of(server);
    int upAfter = load.sentUp();
    int downAfter = load.sentDown();
    Await.until("the load after the flood", LIMIT, () -> load.hasSent(upAfter + PER_SECOND));
    load.stop();

    System.out.printf(
        "%d INITs in %.1f s, %.0f/s (the kernel dropped %d): %d handshakes computed, %d answers; a"
            + " new client in %d ms after its start%s; of the load's %d up %d were lost, of %d down"
            + " %d; %s before, %s after; %s%n",
        sent,
        seconds,
        sent / seconds,
        KernelDrops.of(victim) - dropsBefore,
        answered,
        flood.answers() - answersBefore,
        TimeUnit.NANOSECONDS.toMillis(inNanos - lateNanos),
        duringFlood ? "" : " (when the flood should have been over)",
        upAfter - upBefore,
        lost(load.up().arrived().get(upBefore, upAfter).cardinality(), upAfter - upBefore),
        downAfter - downBefore,
        lost(
            load.down().arrived().get(downBefore, downAfter).cardinality(), downAfter - downBefore),
        before,
        after,
        seed);
    long budget = HANDSHAKE_BURST + HANDSHAKES_PER_SECOND * answeredSeconds;
    assertTrue(answered <= budget, answered + " of " + budget + ", " + seed);
    assertTrue(answered > HANDSHAKE_BURST / 2, "so few test nothing, " + seed);
    assertTrue(after.liveHeapBytes() - before.liveHeapBytes() < MAX_HEAP_GROWTH_BYTES);
    load.assertClean(", " + seed);
    assertEquals(
        load.sentUp() - upAfter, load.up().arrived().get(upAfter, load.sentUp()).cardinality());
    assertFalse(server.said().contains("Exception"), server::said);
  }

  private static int lost(int arrived, int sent) {
    return sent - arrived;
  }

  /** What mpserver's table says. */
  private long handshakesAnswered() throws IOException {
    int before = tables().size();
    server.signal("USR1");
    Await.until("the table", LIMIT, () -> tables().size() > before);
    Matcher matcher = ANSWERED.matcher(tables().getLast());
    assertTrue(matcher.matches(), tables()::toString);
    return Long.parseLong(matcher.group(1));
  }

  private List<String> tables() {
    List<String> lines = new ArrayList<>(server.output());
    lines.addAll(server.errors());
    return lines.stream().filter(line -> ANSWERED.matcher(line).matches()).toList();
  }
}
