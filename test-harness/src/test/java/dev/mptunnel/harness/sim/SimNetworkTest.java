package dev.mptunnel.harness.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkModel;
import dev.mptunnel.harness.link.LinkProperties;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimNetworkTest {

  private static final long MILLI = 1_000_000;
  private static final InetSocketAddress A = new InetSocketAddress("10.0.0.1", 1000);
  private static final InetSocketAddress B = new InetSocketAddress("10.0.0.2", 2000);
  private static final InetSocketAddress NAT = new InetSocketAddress("192.0.2.9", 999);

  /** Asks every 10 ms until it has ten answers; answers what it is asked. */
  private static class Toy implements SimNode {
    private final SimNetwork network;
    private final InetSocketAddress asks;
    private final List<InetSocketAddress> sources = new ArrayList<>();
    private long timerNanos;
    private int answers;

    Toy(SimNetwork network, InetSocketAddress asks) {
      this.network = network;
      this.asks = asks;
      this.timerNanos = asks == null ? NEVER : network.nowNanos();
    }

    @Override
    public void onDatagram(long now, int port, InetSocketAddress source, ByteBuffer datagram) {
      sources.add(source);
      if (asks == null) {
        network.send(this, port, source, datagram);
      } else if (++answers == 10) {
        timerNanos = NEVER;
      }
    }

    @Override
    public long nextTimer() {
      return timerNanos;
    }

    @Override
    public void onTimer(long now) {
      timerNanos = now + 10 * MILLI;
      network.send(this, 0, asks, ByteBuffer.allocate(8).putLong(0, now));
    }
  }

  private final Trace trace = new Trace(1_000, packet -> "ask " + packet.getLong());
  private final List<Boolean> arrivals = new ArrayList<>();
  private final SimNetwork network =
      new SimNetwork(500, trace, (node, at, intact, datagram) -> arrivals.add(intact));
  private final Toy client = new Toy(network, B);
  private final Toy server = new Toy(network, null);

  private void connect(Seed seed, String properties) {
    network.bind(client, 0, A);
    network.bind(server, 7, B);
    LinkProperties link = LinkProperties.parse(properties);
    network.link(A, B, new LinkModel(link, seed.part("up").generator(), network.nowNanos()));
    network.link(B, A, new LinkModel(link, seed.part("down").generator(), network.nowNanos()));
  }

  @Test
  void timeJumpsFromWakeUpToWakeUp() {
    connect(new Seed(1), "delay=30ms");
    assertTrue(network.driveUntil(1_000 * MILLI, () -> client.answers == 10));
    assertEquals(500 + 9 * 10 * MILLI + 2 * 30 * MILLI, network.nowNanos());

    network.driveUntil(7_000 * MILLI);
    assertEquals(7_000 * MILLI, network.nowNanos());
    assertTrue(trace.toString().contains("10.0.0.1:1000 > 10.0.0.2:2000  8 B  ask 500"));
  }

  @Test
  void theSameSeedIsTheSameRunBitForBit() {
    String bad = "loss=30% delay=9ms jitter=9ms unordered dup=10% corrupt=10%";
    long[] digests = new long[3];
    for (int run = 0; run < digests.length; run++) {
      SimNetworkTest world = new SimNetworkTest();
      world.connect(new Seed(run == 2 ? 2 : 1), bad);
      world.network.driveUntil(1_000 * MILLI);
      digests[run] = world.trace.digest();
    }
    assertEquals(digests[0], digests[1]);
    assertNotEquals(digests[0], digests[2]);
  }

  @Test
  void damageIsDoneAndTold() {
    connect(new Seed(1), "corrupt=100%");
    network.driveUntil(25 * MILLI);
    assertFalse(arrivals.contains(true));
    assertTrue(trace.toString().contains("[corrupted +0.000 damaged]"), trace::toString);
  }

  @Test
  void aNatGivesANewAddressAndTheOldOneIsDead() {
    connect(new Seed(1), "delay=4ms");
    network.at(33 * MILLI, () -> network.rebind(A, NAT));
    network.driveUntil(45 * MILLI);

    assertEquals(List.of(A, A, A, A, NAT), server.sources);
    // The fourth question was sent at 30 ms, and its answer, at 34 ms, to an address that is gone.
    assertEquals(3, client.answers);
    assertTrue(trace.toString().contains("[no such address]"));
  }

  @Test
  void whoIsRemovedHearsNothing() {
    connect(new Seed(1), "delay=4ms");
    network.at(12 * MILLI, () -> network.remove(server));
    network.driveUntil(1_000 * MILLI, () -> trace.toString().contains("[nobody there +4.000]"));
    assertEquals(1, client.answers);
  }

  @Test
  void aTimerThatNeverMovesOnIsFound() {
    Toy stuck =
        new Toy(network, null) {
          @Override
          public long nextTimer() {
            return 0;
          }

          @Override
          public void onTimer(long now) {}
        };
    network.bind(stuck, 0, A);
    assertThrows(IllegalStateException.class, () -> network.driveUntil(MILLI));
  }
}
