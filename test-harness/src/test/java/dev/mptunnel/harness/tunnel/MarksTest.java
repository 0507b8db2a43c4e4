package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.bridge.Relay;
import dev.mptunnel.client.Client;
import dev.mptunnel.config.BridgeCommand;
import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.ServerCommand;
import dev.mptunnel.core.TrafficClass;
import dev.mptunnel.harness.Await;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.PortOptions;
import dev.mptunnel.server.Server;
import dev.mptunnel.wire.PacketType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What an application's datagrams are marked with, on real sockets: the packets of the tunnel,
 * behind the bridge, and what the target and the application are given. Between bridge and server a
 * network marks congestion wherever it may.
 */
class MarksTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int EF = 46 << 2;
  private static final int ECT_0 = TrafficClass.ECT_0;
  private static final int CE = TrafficClass.CE;
  private static final int ALL = 0xff;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final String entry = FreePorts.nextText();
  private final String serverPort = FreePorts.nextText();
  private final String bridgePort = FreePorts.nextText();
  private final Target target = new Target();
  private final Network network = new Network();
  private final Ears answers = new Ears();
  private DatagramEngine engine;
  private DatagramPort application;

  @BeforeEach
  void openOwnSockets() throws IOException {
    engine = opened(nativeEngine("others"));
    target.port = engine.open(PortOptions.at(BothWays.LOOPBACK).withCarried(ALL), target);
    network.near = engine.open(PortOptions.at(BothWays.LOOPBACK).withCarried(ALL), network);
    InetSocketAddress server = BothWays.at(serverPort);
    network.far = engine.open(PortOptions.connected(server).withCarried(ALL), network);
    InetSocketAddress to = BothWays.at(entry);
    application = engine.open(PortOptions.connected(to).withCarried(ALL), answers);
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

  private static DatagramEngine nativeEngine(String name) {
    try {
      return Engines.open(EngineChoice.NATIVE, name);
    } catch (IOException e) {
      return Assumptions.abort(e.getMessage());
    }
  }

  private void start(String ofClient, String ofBridge, String ofServer) throws Exception {
    String echo = "127.0.0.1:" + target.port.localAddress().getPort();
    String server = "--listen 127.0.0.1:" + serverPort + " --target " + echo + " " + ofServer;
    opened(
        Server.start(
            opened(nativeEngine("mpserver")),
            new ServerCommand(Map.of()).config(words(server + " --protocol udp"))));
    String far = "127.0.0.1:" + network.near.localAddress().getPort();
    String bridge = "--listen 127.0.0.1:" + bridgePort + " --server " + far + " " + ofBridge;
    opened(
        Relay.start(
            opened(nativeEngine("bridge")),
            new BridgeCommand().config(words(bridge + " --protocol udp"))));
    String client = "--listen " + entry + " --bridge 127.0.0.1:" + bridgePort + " " + ofClient;
    opened(
        Client.start(
            opened(nativeEngine("mpclient")),
            new ClientCommand(Map.of()).config(words(client + " --over-tcp off"))));
  }

  private static String[] words(String options) {
    return options.strip().split(" +");
  }

  private void speak(int trafficClass) {
    engine.runAndWait(
        () -> {
          application.send(ByteBuffer.allocate(100), null, trafficClass);
          application.flush();
        });
  }

  private void speakUntil(String what, int trafficClass, Queue<Integer> seen, int expected) {
    Await.until(
        what,
        LIMIT,
        () -> {
          speak(trafficClass);
          return seen.contains(expected);
        });
  }

  @Test
  void whereAllCarryMarksTheyArriveAndCongestionIsTold() throws Exception {
    start("--dscp copy --ecn copy", "--dscp copy --ecn copy", "--dscp copy --ecn copy");
    speakUntil("marks of congestion at the target", EF | ECT_0, target.classes, EF | CE);
    assertTrue(network.up.contains(EF | ECT_0), network.up::toString);
    speakUntil("marks of congestion at the application", EF | ECT_0, answers.classes, EF | CE);
    assertTrue(network.down.contains(EF | ECT_0), network.down::toString);

    // Whoever does not heed marks is not marked, and what is not marked costs nothing.
    answers.classes.clear();
    speakUntil("what is not marked at all", 0, answers.classes, 0);
    answers.classes.clear();
    speakUntil("what has a DSCP alone", 10 << 2, answers.classes, 10 << 2);
  }

  @Test
  void whereABridgeCarriesNoEcnNoneIsSentAndNothingIsLost() throws Exception {
    start("--dscp copy --ecn copy", "--dscp copy", "--dscp copy --ecn copy");
    for (int i = 0; i < 100; i++) {
      speakUntil("answers", EF | ECT_0, answers.classes, EF | ECT_0);
      answers.classes.clear();
    }
    assertTrue(network.up.contains(EF), network.up::toString);
    assertFalse(network.up.stream().anyMatch(each -> (each & TrafficClass.ECN) != 0));
    assertFalse(target.classes.contains(EF | CE), target.classes::toString);
  }

  @Test
  void aFixedMarkStaysOnTheTunnelAndTheDatagramHasItsOwn() throws Exception {
    start("--dscp cs1 --ecn copy", "--dscp copy --ecn copy", "--dscp cs2 --ecn copy");
    speakUntil("marks of congestion at the target", EF | ECT_0, target.classes, CE);
    assertTrue(network.up.contains(8 << 2 | ECT_0), network.up::toString);
    assertEquals(0, target.classes.stream().filter(each -> each > CE).count());
  }

  @Test
  void byDefaultNothingIsMarked() throws Exception {
    start("", "", "");
    for (int i = 0; i < 20; i++) {
      speakUntil("answers", EF | ECT_0, answers.classes, 0);
      answers.classes.clear();
    }
    assertTrue(target.classes.stream().allMatch(each -> each == 0), target.classes::toString);
    assertTrue(network.up.stream().allMatch(each -> each == 0), network.up::toString);
    assertTrue(network.down.stream().allMatch(each -> each == 0), network.down::toString);
  }

  private static class Ears implements DatagramHandler {

    final Queue<Integer> classes = new ConcurrentLinkedQueue<>();

    @Override
    public void onDatagram(DatagramPort from, InetSocketAddress source, ByteBuffer datagram) {
      classes.add(from.trafficClass());
    }

    @Override
    public void onBatchEnd(DatagramPort from) {
      from.flush();
    }

    @Override
    public void onError(DatagramPort from, IOException error) {
      // Nobody is there yet.
    }
  }

  /** Answers each datagram with its own marks, but for those that networks made. */
  private static final class Target extends Ears {

    private DatagramPort port;

    @Override
    public void onDatagram(DatagramPort from, InetSocketAddress source, ByteBuffer datagram) {
      super.onDatagram(from, source, datagram);
      int seen = from.trafficClass();
      from.send(datagram, source, (seen & CE) == CE ? (seen & TrafficClass.DSCP) | ECT_0 : seen);
    }
  }

  /** Passes packets on both ways, and notes what those of DATA are marked with as they come. */
  private static final class Network extends Ears {

    private final Queue<Integer> up = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> down = new ConcurrentLinkedQueue<>();
    private DatagramPort near;
    private DatagramPort far;
    private InetSocketAddress client;

    @Override
    public void onDatagram(DatagramPort from, InetSocketAddress source, ByteBuffer packet) {
      boolean isUp = from.equals(near);
      int trafficClass = from.trafficClass();
      boolean isData = PacketType.type(packet.get(packet.position())) == PacketType.DATA;
      if (isData) {
        (isUp ? up : down).add(trafficClass);
      }
      boolean mayMark = isData && (trafficClass & TrafficClass.ECN) != TrafficClass.NOT_ECT;
      int marked = mayMark ? trafficClass | CE : trafficClass;
      if (isUp) {
        client = source;
        far.send(packet, null, marked);
      } else if (client != null) {
        near.send(packet, client, marked);
      }
    }

    @Override
    public void onBatchEnd(DatagramPort from) {
      near.flush();
      far.flush();
    }
  }
}
