package dev.mptunnel.harness.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.lab.Daemon;
import dev.mptunnel.harness.tunnel.FreePorts;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.PortOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both relays, one behind the other, with three paths between them. */
@EnabledOnOs(OS.LINUX)
class CRelaysTest {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int PATHS = 3;
  private static final int DATAGRAMS = 5_000;

  /** So few that no socket buffer overflows. */
  private static final int TOGETHER = 50;

  @TempDir static Path directory;
  private static CRelays relays;

  private final AtomicIntegerArray up = new AtomicIntegerArray(DATAGRAMS);
  private final AtomicIntegerArray down = new AtomicIntegerArray(DATAGRAMS);
  private final AtomicLong damaged = new AtomicLong();
  private final AtomicLong returned = new AtomicLong();

  @BeforeAll
  static void build() throws IOException {
    assumeTrue(CRelays.missing().isEmpty(), () -> CRelays.missing().orElseThrow());
    relays = CRelays.build(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--no-gro", "--no-gso", "--no-gro --no-gso"})
  void eachDatagramComesOnceAndSoDoesItsAnswer(String options) throws IOException {
    List<String> words = options.isEmpty() ? List.of() : List.of(options.split(" "));
    RandomGenerator random = Seed.ofRun().generator();
    try (DatagramEngine engine = Engines.open(EngineChoice.AUTO, "ends")) {
      InetSocketAddress any = new InetSocketAddress(LOOPBACK, 0);
      DatagramPort target = engine.open(PortOptions.at(any), new Reading(up, true));
      String entrance = "127.0.0.1:" + FreePorts.next();
      String tunnel = "127.0.0.1:" + FreePorts.next();
      String exit = "127.0.0.1:" + target.localAddress().getPort();
      try (Daemon far = start("far" + words, relays.farCommand(words, tunnel, exit));
          Daemon near =
              start(
                  "near" + words,
                  relays.nearCommand(words, entrance, Collections.nCopies(PATHS, tunnel)))) {
        far.awaitOutput("ready", LIMIT);
        near.awaitOutput("ready", LIMIT);
        int port = Integer.parseInt(entrance.split(":")[1]);
        DatagramPort application =
            engine.open(
                PortOptions.connected(new InetSocketAddress(LOOPBACK, port)),
                new Reading(down, false));
        send(engine, application, random);
      }
    }
    assertEquals(0, damaged.get());
    for (int i = 0; i < DATAGRAMS; i++) {
      assertEquals(1, up.get(i), "arrivals of datagram " + i);
      assertEquals(1, down.get(i), "answers to datagram " + i);
    }
  }

  /** In bursts, many of one length, which go joined, some longer or shorter. */
  private void send(DatagramEngine engine, DatagramPort application, RandomGenerator random) {
    for (int i = 0; i < DATAGRAMS; i += TOGETHER) {
      int first = i;
      engine.runAndWait(
          () -> {
            for (int number = first; number < first + TOGETHER; number++) {
              int bytes = random.nextInt(4) == 0 ? random.nextInt(8, 1_472) : 1_400;
              application.send(datagram(number, bytes), null);
            }
            application.flush();
          });
      Await.until("the answers", LIMIT, () -> returned.get() == first + TOGETHER);
    }
  }

  private static ByteBuffer datagram(int number, int bytes) {
    ByteBuffer datagram = ByteBuffer.allocate(bytes).putLong(number);
    while (datagram.hasRemaining()) {
      datagram.put((byte) number);
    }
    return datagram.flip();
  }

  private static Daemon start(String name, List<String> command) throws IOException {
    return Daemon.start(name, command, directory.resolve(name + ".log"));
  }

  private final class Reading implements DatagramHandler {

    private final AtomicIntegerArray arrivals;
    private final boolean echoes;

    private Reading(AtomicIntegerArray arrivals, boolean echoes) {
      this.arrivals = arrivals;
      this.echoes = echoes;
    }

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
      int number = (int) datagram.getLong(datagram.position());
      if (datagram(number, datagram.remaining()).equals(datagram)) {
        arrivals.incrementAndGet(number);
      } else {
        damaged.incrementAndGet();
      }
      if (echoes) {
        port.send(datagram, source);
      } else {
        returned.incrementAndGet();
      }
    }

    @Override
    public void onBatchEnd(DatagramPort port) {
      port.flush();
    }

    @Override
    public void onError(DatagramPort port, IOException error) {
      damaged.incrementAndGet();
    }
  }

  @Test
  void whatIsWrongIsToldWithTheUsage() throws IOException {
    List<String> command = relays.farCommand(List.of("--fast"), "127.0.0.1:1", "127.0.0.1:2");
    try (Daemon far = start("wrong", command)) {
      assertEquals(2, far.awaitExit(LIMIT));
      assertTrue(far.output().contains("--fast: expected --no-gro or --no-gso"), far.output());
    }
  }

  @Test
  void whatTheCompilerSaysIsTold() {
    IOException e =
        assertThrows(IOException.class, () -> CRelays.build(directory.resolve("not there")));
    assertTrue(e.getMessage().contains("not there"), e.getMessage());
  }
}
