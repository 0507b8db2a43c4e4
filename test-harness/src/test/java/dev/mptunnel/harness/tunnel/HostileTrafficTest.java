package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.SealedSecurity;
import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.emulator.UdpLink;
import dev.mptunnel.harness.link.LinkModel;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.link.Verdict;
import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.loop.KernelDrops;
import dev.mptunnel.secret.SecretFile;
import dev.mptunnel.secret.SharedSeed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Strangers send noise and altered copies of what they overheard to every port while the tunnel
 * carries a stream each way: nobody answers, nothing is delivered that was not sent, nothing grows.
 *
 * <pre>
 *  application -- mpclient -- line 1 ------------ mpserver -- target
 *                         `-- line 2 -- bridge --'
 * </pre>
 */
class HostileTrafficTest {

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final int OVERHEARD = 500;
  private static final int ATTACKS_PER_SECOND = 20_000;
  private static final int WARM_UP = 5_000;
  private static final int APPLICATION_DATAGRAMS = 2_000;
  private static final int APPLICATION_DATAGRAMS_PER_SECOND = 1_000;

  /** The addresses of some 30,000 strangers, so many as an engine's cache knows at a time. */
  private static final long MAX_HEAP_GROWTH_BYTES = 8 << 20;

  private static final long MAX_RESIDENT_GROWTH_BYTES = 48 << 20;

  private final Seed seed = Seed.ofRun();
  private final SharedSeed secret = SharedSeed.random(seed.part("secret").generator());
  private final List<byte[]> overheard = new CopyOnWriteArrayList<>();
  private final Set<InetSocketAddress> pathSockets = ConcurrentHashMap.newKeySet();
  private final String serverPort = FreePorts.nextText();
  private final String bridgePort = FreePorts.nextText();
  private final String clientPort = FreePorts.nextText();
  private final List<AutoCloseable> open = new ArrayList<>();

  private BothWays load;
  private Attacker attacker;
  private ProgramProcess server;
  private ProgramProcess bridge;
  private ProgramProcess client;

  @BeforeEach
  void startAll(@TempDir Path folder) throws IOException {
    String secretFile = folder.resolve("secret").toString();
    SecretFile.create(Path.of(secretFile), secret);
    DatagramLoop loop = opened(DatagramLoop.start("lines"));
    load = opened(new BothWays(new LoadPlan(300, 1_000_000, 60, 1_300)));
    attacker = opened(new Attacker());
    String target = "127.0.0.1:" + load.target().getPort();
    server =
        opened(
            ProgramProcess.server(
                "--listen",
                "127.0.0.1:" + serverPort,
                "--target",
                target,
                "--secret-file",
                secretFile));
    bridge = opened(ProgramProcess.bridge("127.0.0.1:" + bridgePort, "127.0.0.1:" + serverPort));
    client =
        opened(
            ProgramProcess.client(
                "--listen",
                clientPort,
                "--secret-file",
                secretFile,
                "--bridge",
                "127.0.0.1 " + line(loop, serverPort) + " name=straight",
                "--bridge",
                "127.0.0.1 " + line(loop, bridgePort) + " name=bridged"));
    client.awaitError("path straight is up");
    client.awaitError("path bridged is up");
    load.start(BothWays.at(clientPort));
    Await.until("enough to be overheard", LIMIT, () -> overheard.size() == OVERHEARD);
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

  /** A good line to the port, on which a stranger listens. @return where it begins */
  private int line(DatagramLoop loop, String port) throws IOException {
    long now = System.nanoTime();
    return UdpLink.open(
            loop,
            BothWays.LOOPBACK,
            BothWays.at(port),
            new LinkModel(LinkProperties.PERFECT, seed.part("up").generator(), now),
            new LinkModel(LinkProperties.PERFECT, seed.part("down").generator(), now),
            this::overhear)
        .address()
        .getPort();
  }

  private void overhear(
      Direction direction, InetSocketAddress source, ByteBuffer packet, Verdict verdict) {
    pathSockets.add(source);
    if (overheard.size() < OVERHEARD) {
      byte[] copy = new byte[packet.remaining()];
      packet.get(copy);
      overheard.add(copy);
    }
  }

  @Test
  void noDatagramOfAStrangerIsAnsweredDeliveredOrKept() throws IOException {
    run(50_000);
  }

  @Tag("full")
  @Test
  void noneOfAMillionDatagramsOfStrangersIsAnsweredDeliveredOrKept() throws IOException {
    run(1_000_000);
  }

  private byte[] macKey() {
    return SealedSecurity.initiator(secret.clientKeys(seed.generator()), 256).macKey();
  }

  private void run(int count) throws IOException {
    HostileDatagrams datagrams = new HostileDatagrams(seed.generator(), overheard, macKey());
    List<InetSocketAddress> victims = new ArrayList<>();
    victims.add(BothWays.at(serverPort));
    victims.add(BothWays.at(bridgePort));
    victims.addAll(pathSockets);
    assertEquals(4, victims.size(), victims::toString);

    for (InetSocketAddress victim : victims) {
      attacker.attack(victim, datagrams::next, WARM_UP, ATTACKS_PER_SECOND);
    }
    List<ProgramProcess> programs = List.of(server, bridge, client);
    List<Memory> before = memories(programs);
    for (InetSocketAddress victim : victims) {
      attacker.attack(victim, datagrams::next, count, ATTACKS_PER_SECOND);
    }
    List<Memory> after = memories(programs);
    int upAtEnd = load.sentUp();
    int downAtEnd = load.sentDown();
    Await.until("the load after the attack", LIMIT, () -> load.sentUp() > upAtEnd + 300);
    load.stop();

    long drops = victims.stream().mapToLong(HostileTrafficTest::drops).sum();
    System.out.printf(
        "%d datagrams at each of %d ports (the kernel dropped %d): %d answers, %d delivered;"
            + " meanwhile up %d of %d, down %d of %d%n  before %s%n  after  %s%n",
        WARM_UP + count,
        victims.size(),
        drops,
        attacker.answers(),
        load.strangers(),
        load.up().distinct(),
        load.sentUp(),
        load.down().distinct(),
        load.sentDown(),
        before,
        after);
    assertEquals(0, attacker.answers(), seed.toString());
    load.assertClean(", " + seed);
    assertEquals(
        load.sentUp(), load.up().arrived().get(upAtEnd, load.sentUp()).cardinality() + upAtEnd);
    assertEquals(
        load.sentDown(),
        load.down().arrived().get(downAtEnd, load.sentDown()).cardinality() + downAtEnd);
    if (drops == 0) {
      load.assertAllArrived(", " + seed);
    }
    assertEquals(0, server.countErrors("moved"), server.said());
    for (int i = 0; i < programs.size(); i++) {
      assertSound(programs.get(i));
      assertFlat(before.get(i), after.get(i));
    }
    assertApplicationDataIsCarried(datagrams);
  }

  /** At the port for applications the same datagrams are data, and nobody else's business. */
  private void assertApplicationDataIsCarried(HostileDatagrams datagrams) {
    attacker.attack(
        BothWays.at(clientPort),
        datagrams::next,
        APPLICATION_DATAGRAMS,
        APPLICATION_DATAGRAMS_PER_SECOND);
    Await.until(
        "the target to get them all", LIMIT, () -> load.strangers() == APPLICATION_DATAGRAMS);
  }

  private static List<Memory> memories(List<ProgramProcess> programs) throws IOException {
    List<Memory> memories = new ArrayList<>();
    for (ProgramProcess program : programs) {
      memories.add(Memory.of(program));
    }
    return memories;
  }

  private static void assertFlat(Memory before, Memory after) {
    assertTrue(after.liveHeapBytes() - before.liveHeapBytes() < MAX_HEAP_GROWTH_BYTES);
    assertTrue(after.residentBytes() - before.residentBytes() < MAX_RESIDENT_GROWTH_BYTES);
  }

  private static void assertSound(ProgramProcess program) {
    assertFalse(
        program.said().contains("internal error") || program.said().contains("Exception"),
        program::said);
  }

  /** A port that was not told an address listens on all, of both families. */
  private static long drops(InetSocketAddress address) {
    InetSocketAddress everywhere =
        new InetSocketAddress(InetAddress.ofLiteral("::"), address.getPort());
    return KernelDrops.of(address) + KernelDrops.of(everywhere);
  }
}
