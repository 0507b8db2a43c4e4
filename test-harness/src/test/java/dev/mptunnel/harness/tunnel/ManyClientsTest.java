package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.bridge.Relay;
import dev.mptunnel.client.Client;
import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.ClientProxy;
import dev.mptunnel.config.ClientTcp;
import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.Passenger;
import dev.mptunnel.config.Protocol;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.config.ServerTcp;
import dev.mptunnel.config.SessionSettings;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.config.TcpSettings;
import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.load.LoadStream;
import dev.mptunnel.harness.load.LoadTarget;
import dev.mptunnel.harness.load.OutstandingLimit;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.secret.SharedSeed;
import dev.mptunnel.server.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many clients at one server, straight and over a bridge, two applications each. */
class ManyClientsTest {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int APPLICATIONS = 2;
  private static final int DATAGRAMS = 100;
  private static final int PER_SECOND_IN_ALL = 4_000;
  private static final int OUTSTANDING_PER_APPLICATION = 8;
  private static final int CLIENTS_PER_ENGINE = 25;
  private static final SocketSettings SOCKETS = new SocketSettings(1 << 22, EngineChoice.AUTO);
  private static final SessionSettings SESSIONS =
      new SessionSettings(
          TimeUnit.MILLISECONDS.toNanos(500),
          TimeUnit.SECONDS.toNanos(5),
          TimeUnit.SECONDS.toNanos(5),
          0,
          RepairSettings.DEFAULT,
          TimeUnit.MINUTES.toNanos(5),
          256);
  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);
  private static final SharedSeed SECRET = SharedSeed.random(Seed.ofRun().generator());

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final List<LoadStream> applications = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  @Test
  void everyAnswerReachesTheApplicationThatAsked() throws IOException {
    run(25);
  }

  @Tag("full")
  @Test
  void everyAnswerOfAHundredClientsReachesTheApplicationThatAsked() throws IOException {
    run(100);
  }

  private void run(int clients) throws IOException {
    DatagramLoop loop = opened(DatagramLoop.start("load"));
    LoadTarget target = LoadTarget.open(loop, BothWays.LOOPBACK, new LoadTarget.Answers.Echo());
    Server server = startServer(target.address());
    Relay bridge = startBridge(server.listening().getFirst());
    int streams = clients * APPLICATIONS;
    LoadPlan plan = new LoadPlan(Math.max(1, PER_SECOND_IN_ALL / streams), DATAGRAMS, 60, 1_300);
    DatagramEngine engine = null;
    for (int i = 0; i < clients; i++) {
      if (i % CLIENTS_PER_ENGINE == 0) {
        engine = opened(Engines.open(EngineChoice.AUTO, "clients"));
      }
      Client client = startClient(engine, server, bridge);
      for (int j = 0; j < APPLICATIONS; j++) {
        addApplication(loop, client, plan, i * APPLICATIONS + j);
      }
    }
    applications.forEach(LoadStream::start);
    Await.until("all to be sent", LIMIT, () -> applications.stream().allMatch(LoadStream::done));
    Await.quiet("the answers", Duration.ofMillis(500), LIMIT, this::answers);

    Set<InetSocketAddress> seenFrom = new HashSet<>();
    for (int i = 0; i < streams; i++) {
      seenFrom.add(target.source(i));
      assertEquals(DATAGRAMS, target.received(i).distinct(), "stream " + i);
      assertEquals(DATAGRAMS, applications.get(i).received().distinct(), "stream " + i);
      assertEquals(0, applications.get(i).received().counts().misdelivered(), "stream " + i);
      assertEquals(0, applications.get(i).received().counts().duplicates(), "stream " + i);
    }
    assertEquals(streams, seenFrom.size(), "the target tells all applications apart");
    assertEquals(clients, server.reports().join().size());
    assertEquals(0, target.strangers());
    System.out.printf(
        "%d clients, %d applications: %d datagrams sent, %d answers, all to the right one%n",
        clients, streams, streams * DATAGRAMS, answers());
  }

  private long answers() {
    return applications.stream().mapToLong(app -> app.received().distinct()).sum();
  }

  /** Held back until the answers to those before have come, so that nothing overflows. */
  private void addApplication(DatagramLoop loop, Client client, LoadPlan plan, int stream)
      throws IOException {
    LoadStream[] application = new LoadStream[1];
    OutstandingLimit[] limit = new OutstandingLimit[1];
    application[0] =
        LoadStream.openEchoed(
            loop,
            BothWays.LOOPBACK,
            client.listening().getFirst(),
            stream,
            plan,
            (sequence, now) -> limit[0].opens(sequence, now));
    limit[0] =
        new OutstandingLimit(
            application[0].received(), OUTSTANDING_PER_APPLICATION, LIMIT.toNanos());
    applications.add(application[0]);
  }

  private Server startServer(InetSocketAddress target) throws IOException {
    return opened(
        Server.start(
            opened(Engines.open(EngineChoice.AUTO, "mpserver")),
            new ServerConfig(
                List.of(ANY_PORT),
                hostPort(target),
                Collections.emptySortedMap(),
                LocalTunnel.serverSecurity(SECRET),
                SESSIONS,
                TimeUnit.SECONDS.toNanos(60),
                1_024,
                SOCKETS,
                1,
                Protocol.UDP,
                ServerTcp.to(Collections.emptySortedMap()),
                AccessRules.NONE)));
  }

  private Relay startBridge(InetSocketAddress server) throws IOException {
    return opened(
        Relay.start(
            opened(Engines.open(EngineChoice.AUTO, "bridge")),
            new BridgeConfig(
                List.of(ANY_PORT),
                List.of(hostPort(server)),
                TimeUnit.MINUTES.toNanos(2),
                4_096,
                SOCKETS,
                1,
                Protocol.UDP,
                TcpSettings.DEFAULT)));
  }

  private Client startClient(DatagramEngine engine, Server server, Relay bridge)
      throws IOException {
    List<BridgeLine> lines =
        List.of(
            new BridgeLine(hostPort(server.listening().getFirst()), "straight", null),
            new BridgeLine(hostPort(bridge.listening().getFirst()), "bridged", null));
    return opened(
        Client.start(
            engine,
            new ClientConfig(
                List.of(ANY_PORT),
                Collections.emptySortedMap(),
                Passenger.ANY,
                Collections.emptySortedMap(),
                lines,
                LocalTunnel.clientSecurity(SECRET),
                SESSIONS,
                SOCKETS,
                ClientTcp.NONE,
                ClientProxy.NONE)));
  }

  private static HostPort hostPort(InetSocketAddress address) {
    return new HostPort(address.getAddress().getHostAddress(), address.getPort());
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.push(resource);
    return resource;
  }
}
