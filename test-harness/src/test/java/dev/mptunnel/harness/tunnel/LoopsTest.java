package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.bridge.Relay;
import dev.mptunnel.client.Client;
import dev.mptunnel.config.BridgeCommand;
import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.ConfigException;
import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.ServerCommand;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.emulator.UdpLink;
import dev.mptunnel.harness.link.LinkModel;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.load.LoadStream;
import dev.mptunnel.harness.load.LoadTarget;
import dev.mptunnel.harness.load.OutstandingLimit;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.observe.Figures;
import dev.mptunnel.server.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A server of several loops, and a bridge of several: each session's packets, over whatever path,
 * arrive on its own loop, as the loops' own counters say.
 */
class LoopsTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int LOOPS = 3;
  private static final int CLIENTS = 6;
  private static final LoadPlan PLAN = new LoadPlan(200, 100, 60, 1_300);

  private final Seed seed = Seed.ofRun();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final List<LoadStream> applications = new ArrayList<>();
  private final String serverPort = FreePorts.nextText();
  private DatagramLoop loop;
  private LoadTarget target;
  private DatagramEngine clientEngine;

  @BeforeEach
  void startTarget() throws IOException {
    loop = opened(DatagramLoop.start("load"));
    target = LoadTarget.open(loop, BothWays.LOOPBACK, new LoadTarget.Answers.Echo());
    clientEngine = opened(Engines.open(EngineChoice.AUTO, "clients"));
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

  private Server startServer(String... options) throws IOException, ConfigException {
    DatagramEngine engine = opened(Engines.open(EngineChoice.AUTO, "mpserver"));
    Assumptions.assumeTrue(engine.name().equals("native"), "only that engine has several loops");
    List<String> all = new ArrayList<>(List.of(options));
    String echo = "127.0.0.1:" + target.address().getPort();
    all.addAll(List.of("--listen", "127.0.0.1:" + serverPort, "--target", echo));
    all.addAll(List.of("--loops", Integer.toString(LOOPS), "--protocol", "udp"));
    Server server =
        Server.start(engine, new ServerCommand(Map.of()).config(all.toArray(String[]::new)));
    assertEquals(LOOPS, server.loops().loops().join().size());
    assertTrue(server.summary().endsWith(", 3 loops"), server.summary());
    return opened(server);
  }

  private Relay startBridge() throws IOException, ConfigException {
    DatagramEngine engine = opened(Engines.open(EngineChoice.AUTO, "bridge"));
    String[] options = {
      "--listen",
      "127.0.0.1:" + FreePorts.nextText(),
      "--server",
      "127.0.0.1:" + serverPort,
      "--loops",
      "2",
      "--protocol",
      "udp"
    };
    return opened(Relay.start(engine, new BridgeCommand().config(options)));
  }

  private Client startClient(InetSocketAddress... ways) throws IOException, ConfigException {
    List<String> options = new ArrayList<>(List.of("--listen", FreePorts.nextText()));
    for (InetSocketAddress way : ways) {
      options.addAll(
          List.of("--bridge", "127.0.0.1 " + way.getPort() + " name=way" + options.size()));
    }
    String[] all = options.toArray(String[]::new);
    return opened(Client.start(clientEngine, new ClientCommand(Map.of()).config(all)));
  }

  private void addApplication(Client client) throws IOException {
    LoadStream[] application = new LoadStream[1];
    OutstandingLimit[] limit = new OutstandingLimit[1];
    application[0] =
        LoadStream.openEchoed(
            loop,
            BothWays.LOOPBACK,
            client.listening().getFirst(),
            applications.size(),
            PLAN,
            (sequence, now) -> limit[0].opens(sequence, now));
    limit[0] = new OutstandingLimit(application[0].received(), 8, LIMIT.toNanos());
    applications.add(application[0]);
  }

  private void exchange() {
    applications.forEach(LoadStream::start);
    Await.until("all to be sent", LIMIT, () -> applications.stream().allMatch(LoadStream::done));
    Await.until(
        "all answers",
        LIMIT,
        () -> applications.stream().allMatch(each -> each.received().distinct() == PLAN.count()));
  }

  private UdpLink lineToServer(int number) throws IOException {
    LinkProperties properties = LinkProperties.parse("delay=2ms");
    long now = System.nanoTime();
    UdpLink link =
        UdpLink.open(
            loop,
            BothWays.LOOPBACK,
            BothWays.at(serverPort),
            new LinkModel(properties, seed.part(number).part("up").generator(), now),
            new LinkModel(properties, seed.part(number).part("down").generator(), now),
            UdpLink.Observer.NONE);
    open.push(link::close);
    return link;
  }

  private static void awaitSessions(Server server, int sessions, int paths) {
    Await.until(
        sessions + " sessions of " + paths + " paths",
        LIMIT,
        () -> {
          List<SessionReport> reports = server.reports().join();
          return reports.size() == sessions
              && reports.stream()
                  .allMatch(
                      report ->
                          report.paths().size() == paths
                              && report.paths().stream().allMatch(path -> path.rttP50Micros() > 0));
        });
  }

  private static boolean hasIdleLoop(Server server) {
    return server.loops().loops().join().stream().anyMatch(each -> each.sessions() == 0);
  }

  /** Each loop has the sessions that it should have, and their packets came to it. */
  private static void assertOnTheirLoops(Server server) {
    List<SessionReport> sessions = server.reports().join();
    List<Figures.Loop> loops = server.loops().loops().join();
    for (int i = 0; i < LOOPS; i++) {
      int number = i;
      List<SessionReport> its =
          sessions.stream()
              .filter(session -> server.loops().loopOf(session.sessionId()) == number)
              .toList();
      assertEquals(its.size(), loops.get(i).sessions(), "sessions on loop " + i);
      long packets =
          its.stream()
              .flatMap(session -> session.paths().stream())
              .mapToLong(PathReport::received)
              .sum();
      assertTrue(
          loops.get(i).packets() >= packets,
          loops.get(i) + ", but " + packets + " packets of its sessions");
    }
    assertEquals(0, server.loops().handedOver(), "packets that came to another loop");
  }

  @Test
  void everySessionsPacketsArriveOnItsOwnLoop() throws Exception {
    Server server = startServer();
    Relay bridge = startBridge();
    int clients = 0;
    while (clients < CLIENTS || hasIdleLoop(server)) {
      addApplication(startClient(server.listening().getFirst(), bridge.listening().getFirst()));
      clients++;
      awaitSessions(server, clients, 2);
    }
    exchange();
    assertOnTheirLoops(server);
    long fromBridge =
        server.reports().join().stream()
            .mapToLong(session -> session.paths().getLast().received())
            .sum();
    assertTrue(fromBridge >= (long) clients * PLAN.count(), fromBridge + " over the bridge");
    assertTrue(bridge.summary().endsWith(", 2 loops"), bridge.summary());
    assertTrue(server.table().contains(" 0 handed over"), server.table());
    System.out.print(server.table().lines().filter(line -> line.startsWith("loops")).toList());
  }

  @Test
  void aPathThatRoamsStaysOnItsSessionsLoop() throws Exception {
    Server server = startServer();
    List<UdpLink> links = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      links.add(lineToServer(i));
      addApplication(startClient(links.get(i).address(), server.listening().getFirst()));
    }
    awaitSessions(server, 4, 2);
    Map<Long, InetSocketAddress> before = remotes(server);
    links.forEach(UdpLink::rebind);
    exchange();
    Await.until(
        "the server to see the paths move",
        LIMIT,
        () ->
            remotes(server).entrySet().stream()
                .noneMatch(now -> now.getValue().equals(before.get(now.getKey()))));
    assertEquals(before.keySet(), remotes(server).keySet(), "the same sessions");
    assertOnTheirLoops(server);
  }

  /** Where each session's first path leads. */
  private static Map<Long, InetSocketAddress> remotes(Server server) {
    return new HashMap<>(
        server.reports().join().stream()
            .collect(
                Collectors.toMap(
                    SessionReport::sessionId, session -> session.paths().getFirst().remote())));
  }

  @Test
  void afterARestartEverySessionIsBackOnItsLoop() throws Exception {
    Server server = startServer();
    for (int i = 0; i < 4; i++) {
      addApplication(startClient(server.listening().getFirst()));
    }
    awaitSessions(server, 4, 1);
    Map<Long, InetSocketAddress> before = remotes(server);
    server.close();
    Server again = startServer();
    awaitSessions(again, 4, 1);
    assertEquals(before, remotes(again));
    exchange();
    for (SessionReport session : again.reports().join()) {
      assertEquals(1, session.flows());
    }
  }

  @Test
  void thereAreNoMoreSessionsThanTheProcessMayHave() throws Exception {
    Server server = startServer("--max-sessions", "4");
    for (int i = 0; i < 7; i++) {
      startClient(server.listening().getFirst());
    }
    Await.until("the others to be refused", LIMIT, () -> refused(server) >= 3);
    awaitSessions(server, 4, 1);
    assertEquals(4, server.loops().loops().join().stream().mapToInt(Figures.Loop::sessions).sum());
  }

  private static long refused(Server server) {
    return server.loops().counters().handshakesRefused()
        + server.loops().counters().sessionsRefused();
  }
}
