package dev.mptunnel.harness.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.EndpointSettings.KeySettings;
import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Output;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.sim.Trace;
import dev.mptunnel.wire.PacketType;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Datagrams in pieces: those whose pieces arrive are delivered, which the {@link DeliveryOracle}
 * judges one by one, and those that wait for others take no more room than they may.
 */
class FragmentsTest {

  private static final int ROOM_BYTES = 1 << 20;
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final String[] LINES = {
    "delay=10ms loss=10%",
    "delay=30ms jitter=10ms unordered loss=10%",
    "delay=80ms loss=10% burst=8"
  };

  private final Seed seed = Seed.ofRun();
  private final RandomGenerator random = seed.part("test").generator();
  private final Keyring keys = new Keyring();
  private final DeliveryOracle oracle = new DeliveryOracle(keys, Long.MAX_VALUE);
  private long mostBytes;

  @Test
  void at100MbitPerSecondNothingThatArrivedIsLostAndLittleWaits() {
    at100MbitPerSecond(1);
  }

  @Test
  @Tag("full")
  void at100MbitPerSecondForLonger() {
    at100MbitPerSecond(10);
  }

  private void at100MbitPerSecond(int seconds) {
    SimTunnel tunnel = tunnel(output -> output);
    int bytes = 1_450;
    long datagrams = seconds * 100_000_000L / ((long) bytes * Byte.SIZE);
    submit(tunnel, datagrams, seconds * SECOND_NANOS / datagrams, bytes);
    var counters = tunnel.server().endpoint().counters();
    System.out.printf(
        "100 Mbit/s in pieces: %d datagrams, %d with all pieces, %d delivered, %d given up, at most"
            + " %d kB waiting%n",
        datagrams, oracle.arrived(), oracle.delivered(), counters.incomplete(), mostBytes / 1_000);
    assertEquals(oracle.arrived(), oracle.delivered() - oracle.rebuilt(), seed.toString());
    assertEquals(0, oracle.undecided(), seed.toString());
    assertEquals(0, counters.fragmentsWithheld());
    assertEquals(datagrams - oracle.delivered(), counters.incomplete() + lostWhole(datagrams));
    assertTrue(oracle.delivered() > datagrams * 0.98, seed.toString());
    assertTrue(mostBytes < ROOM_BYTES / 2, mostBytes + " B waited");
  }

  /** Datagrams of which no piece came, which the server knows nothing of. */
  private long lostWhole(long datagrams) {
    return datagrams - oracle.begun();
  }

  @Test
  void aClientThatKeepsPiecesBackFillsItsRoomAndNoMore() {
    SimTunnel tunnel = tunnel(KeepingBack::new);
    submit(tunnel, 2_000, 500_000, 60_000);
    var counters = tunnel.server().endpoint().counters();
    assertTrue(mostBytes > ROOM_BYTES / 2 && mostBytes <= ROOM_BYTES, mostBytes + " B waited");
    assertTrue(counters.incomplete() > 1_900, counters.incomplete() + " given up");
    assertEquals(0, tunnel.server().endpoint().fragmentBytes());
  }

  /** Sends every other DATA packet of some length only. */
  private static final class KeepingBack implements Output {
    private final Output output;
    private byte[] last = {};
    private boolean keepsBack;

    KeepingBack(Output output) {
      this.output = output;
    }

    @Override
    public void transmit(int port, InetSocketAddress remote, ByteBuffer packet) {
      byte type = packet.get(packet.position());
      if (PacketType.type(type) == PacketType.DATA && packet.remaining() > 500) {
        byte[] bytes = new byte[16];
        packet.get(packet.position(), bytes);
        if (!Arrays.equals(bytes, last)) {
          last = bytes;
          keepsBack = !keepsBack;
        }
        if (keepsBack) {
          return;
        }
      }
      output.transmit(port, remote, packet);
    }

    @Override
    public void deliver(Flow flow, ByteBuffer payload) {
      output.deliver(flow, payload);
    }

    @Override
    public void event(Event event) {
      output.event(event);
    }
  }

  private SimTunnel tunnel(UnaryOperator<Output> wrapping) {
    SimTunnel.Layout layout =
        new SimTunnel.Layout(
            LINES.length,
            1,
            1,
            0,
            1,
            Mode.PLAIN,
            KeySettings.DEFAULT,
            RepairSettings.DEFAULT,
            RepairSettings.DEFAULT);
    Trace trace = new Trace(0, new Packets(keys)::describe);
    SimTunnel tunnel = new SimTunnel(seed, layout, trace, keys, oracle, wrapping);
    for (int path = 0; path < LINES.length; path++) {
      LinkProperties line = LinkProperties.parse(LINES[path] + " mtu=1400");
      tunnel.link(path, line, line);
    }
    tunnel.startServer();
    tunnel.startClient();
    wait(tunnel, 2 * SECOND_NANOS);
    return tunnel;
  }

  private void submit(SimTunnel tunnel, long datagrams, long pauseNanos, int bytes) {
    for (long i = 0; i < datagrams; i++) {
      byte[] payload = new byte[bytes];
      random.nextBytes(payload);
      tunnel.client().submit(tunnel.clientFlows().getFirst(), ByteBuffer.wrap(payload));
      wait(tunnel, pauseNanos);
      mostBytes = Math.max(mostBytes, tunnel.server().endpoint().fragmentBytes());
    }
    wait(tunnel, 3 * SECOND_NANOS);
  }

  private static void wait(SimTunnel tunnel, long nanos) {
    tunnel.network().driveUntil(tunnel.network().nowNanos() + nanos);
  }
}
