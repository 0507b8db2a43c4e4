package dev.mptunnel.harness.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.EndpointSettings.KeySettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.wire.PacketType;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Old packets change nothing, whoever sends them again; packets that come late are still taken. */
class ReplayTest {

  private static final int DATAGRAMS = 20_000;
  private static final int MANY_DATAGRAMS = 1_000_000;
  private static final int PACKETS_PER_MILLI = 500;
  private static final InetSocketAddress STRANGER = new InetSocketAddress("203.0.113.7", 4_321);
  private static final List<LinkProperties> LINES =
      Stream.of("delay=10ms", "delay=15ms", "delay=30ms").map(LinkProperties::parse).toList();

  private static final long RENEWAL_MILLIS = 3_600_000; // when the test has come to want it
  private static final KeySettings KEYS =
      new KeySettings(RENEWAL_MILLIS * SimPair.MILLI, 1L << 28, 2 * RENEWAL_MILLIS * SimPair.MILLI);

  /** Keeps every packet that is sent, once, however many paths it is sent on. */
  private static final class Recorder implements SimPair.Tap {
    private final List<byte[]> packets = new ArrayList<>();
    private byte[] last = {};
    private boolean stopped;

    @Override
    public boolean passes(SimPair.End from, ByteBuffer packet) {
      if (!stopped && !packet.equals(ByteBuffer.wrap(last))) {
        last = bytes(packet);
        packets.add(last);
      }
      return true;
    }
  }

  /** Holds DATA back, to hand over a batch of it in another order. */
  private static final class Shuffler implements SimPair.Tap {
    private record Held(boolean toServer, int path, byte[] packet) {}

    private final List<Held> held = new ArrayList<>();
    private int next;

    @Override
    public boolean passes(SimPair.End from, ByteBuffer packet) {
      byte type = packet.get(packet.position());
      if (PacketType.type(type) != PacketType.DATA) {
        return true;
      }
      held.add(new Held(PacketType.isFromInitiator(type), next++ % LINES.size(), bytes(packet)));
      return false;
    }

    void release(SimPair pair, Random random) {
      List<Held> batch = new ArrayList<>(held);
      held.clear();
      Collections.shuffle(batch, random);
      batch.forEach(each -> pair.inject(each.toServer(), each.path(), null, each.packet()));
    }
  }

  private final Seed seed = Seed.ofRun();
  private final Random order = Random.from(seed.part("order").generator());

  private static byte[] bytes(ByteBuffer packet) {
    byte[] bytes = new byte[packet.remaining()];
    packet.get(packet.position(), bytes);
    return bytes;
  }

  @Test
  void packetsSentAgainChangeNothing() {
    replay(DATAGRAMS);
  }

  @Tag("full")
  @Test
  void packetsOfAMillionDatagramsSentAgainChangeNothing() {
    replay(MANY_DATAGRAMS);
  }

  private void replay(int datagrams) {
    Recorder recorder = new Recorder();
    SimPair pair = new SimPair(seed, KEYS, LINES, recorder);
    assertTrue(
        pair.exchangeUntil(datagrams, () -> pair.up().sent() + pair.down().sent() >= datagrams));
    recorder.stopped = true;
    pair.idle(100);
    List<byte[]> packets = recorder.packets;
    sendAgain(pair, packets, true);

    int opened = pair.client().events(Event.SessionOpened.class).size();
    assertTrue(
        pair.idleUntil(
            2 * RENEWAL_MILLIS,
            () -> pair.client().events(Event.SessionOpened.class).size() > opened),
        seed.toString());
    pair.openFlows(); // nothing was carried for so long that they have ended
    exchange(pair, 100);
    sendAgain(pair, packets, true);

    pair.kill(pair.server());
    pair.startServer();
    exchange(pair, 2_000);
    sendAgain(pair, packets, true);

    pair.kill(pair.server());
    pair.kill(pair.client());
    pair.startServer();
    sendAgain(pair, packets, false);

    System.out.printf(
        "%d packets of %d datagrams sent again 4 times on %d paths from 2 addresses each:"
            + " %d delivered again (%s)%n",
        packets.size(),
        datagrams,
        pair.paths(),
        pair.up().deliveredAgain() + pair.down().deliveredAgain(),
        seed);
  }

  private void exchange(SimPair pair, int millis) {
    int before = pair.up().sent();
    pair.exchange(millis);
    assertEquals(millis, pair.up().sent() - before, "sent, " + seed);
  }

  /**
   * Sends all packets again, on all paths, from where they came from and from elsewhere.
   *
   * @param isOpen whether there is a session, in which datagrams flow meanwhile
   */
  private void sendAgain(SimPair pair, List<byte[]> packets, boolean isOpen) {
    pair.idle(200);
    List<Object> before = state(pair);
    BitSet deliveredBefore = (BitSet) pair.up().delivered().clone();
    int firstUp = pair.up().sent();
    int firstDown = pair.down().sent();
    Collections.shuffle(packets, order);
    int sent = 0;
    for (byte[] packet : packets) {
      boolean toServer = PacketType.isFromInitiator(packet[0]);
      for (int path = 0; path < pair.paths(); path++) {
        pair.inject(toServer, path, null, packet);
        pair.inject(toServer, path, STRANGER, packet);
      }
      if (++sent % PACKETS_PER_MILLI == 0) {
        pair.exchange(1);
      }
    }
    pair.idle(200);
    assertEquals(before, state(pair), seed.toString());
    assertEquals(0, pair.up().deliveredAgain(), seed.toString());
    assertEquals(0, pair.down().deliveredAgain(), seed.toString());
    assertEquals(deliveredBefore, pair.up().delivered().get(0, firstUp), "delivered late, " + seed);
    if (isOpen) {
      assertAllDelivered(pair.up(), firstUp);
      assertAllDelivered(pair.down(), firstDown);
    }
  }

  /** Whatever a packet that is sent again must not change. */
  private static List<Object> state(SimPair pair) {
    List<Object> state = new ArrayList<>();
    for (SimPair.End end : List.of(pair.client(), pair.server())) {
      state.add(end.events(Event.SessionOpened.class).size());
      state.add(end.events(Event.PathMoved.class).size());
      state.add(end.events(Event.FlowOpened.class).size());
      end.endpoint()
          .sessions()
          .forEach(
              session -> {
                state.add(session.id());
                state.add(session.isOpen());
                session.report().paths().forEach(path -> state.add(path.remote()));
              });
    }
    return state;
  }

  private void assertAllDelivered(SimPair.Stream stream, int from) {
    assertEquals(
        stream.sent(), stream.delivered().get(from, stream.sent()).cardinality() + from, "lost");
  }

  @Test
  void packetsThatComeTenThousandLateAreTaken() {
    reorder(2 * DATAGRAMS);
  }

  @Tag("full")
  @Test
  void packetsThatComeTenThousandLateAreTakenOfAMillion() {
    reorder(MANY_DATAGRAMS);
  }

  private void reorder(int datagrams) {
    int window = 10_000;
    Shuffler shuffler = new Shuffler();
    SimPair pair = new SimPair(seed, KEYS, LINES, shuffler);
    for (int i = 0; i < 100; i++) { // both ends learn all paths, and the flow
      pair.exchange(1);
      shuffler.release(pair, order);
    }
    pair.idle(100);
    shuffler.release(pair, order);
    int end = pair.up().sent() + pair.down().sent() + datagrams;
    while (pair.up().sent() + pair.down().sent() < end) {
      pair.exchange(window);
      shuffler.release(pair, order);
    }
    pair.idle(2_000); // what waits for others has come out by then
    System.out.printf(
        "%d datagrams, %d copies each, shuffled by %d: up %d of %d delivered, down %d of %d (%s)%n",
        pair.up().sent() + pair.down().sent(),
        pair.paths(),
        window,
        pair.up().delivered().cardinality(),
        pair.up().sent(),
        pair.down().delivered().cardinality(),
        pair.down().sent(),
        seed);
    for (SimPair.Stream stream : List.of(pair.up(), pair.down())) {
      assertAllDelivered(stream, 0);
      assertEquals(0, stream.deliveredAgain(), seed.toString());
    }
  }
}
