package dev.mptunnel.server;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.Protection;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.config.SessionSettings;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Session;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.crypto.ClientDirectory;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.Closing;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DriverGroup;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.EngineGroup;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.PortOptions;
import dev.mptunnel.net.Resolver;
import dev.mptunnel.net.SharedLimits;
import dev.mptunnel.observe.Figures;
import dev.mptunnel.observe.SessionTable;
import dev.mptunnel.observe.TunnelTable;
import dev.mptunnel.program.Program;
import dev.mptunnel.secret.Clients;
import dev.mptunnel.stream.TunnelReport;
import dev.mptunnel.wire.SessionId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The end on the server: takes what comes over the paths of many clients, each datagram once, to
 * its target, through a socket for each flow, and sends its answers back over every path of the
 * session that they belong to.
 */
public final class Server implements Program.Running {

  private final DatagramEngine engine;
  private final EngineGroup engines;
  private final List<ServerLoop> loops = new ArrayList<>();
  private final DriverGroup drivers;
  private final ServerLog log = new ServerLog();
  private final Protection protection;
  private final ClientsWatch clients;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Null for a program of its own. */
  private final LocalTarget local;

  /** Null where there is no TCP. */
  private final ServerStreams streams;

  private final SessionFigures sessionFigures;

  private Server(
      DatagramEngine engine,
      EngineGroup engines,
      ServerConfig config,
      Resolver resolver,
      LocalTarget local)
      throws IOException {
    this.engine = engine;
    this.engines = engines;
    this.local = local;
    protection = config.security().protection();
    Path clientsFile = config.security().clientsFile();
    clients =
        clientsFile == null
            ? null
            : new ClientsWatch(engine, clientsFile, this::onClients, log::clientsTrouble);
    ClientDirectory directory = clients == null ? key -> null : clients.read();
    SecureRandom random = new SecureRandom();
    EndpointSettings settings = settings(config);
    SharedLimits limits = new SharedLimits(settings, engines.engines().size(), random);
    TargetLogs targetLogs = new TargetLogs();
    NameThreads names = new NameThreads(resolver);
    SocketBudget sockets = SocketBudget.ofProcess();
    for (DatagramEngine each : engines.engines()) {
      loops.add(
          new ServerLoop(
              each,
              config,
              settings,
              directory,
              limits,
              targetLogs,
              names,
              sockets,
              local,
              this::onEvent));
    }
    drivers = new DriverGroup(loops.stream().map(ServerLoop::driver).toList());
    SessionId sessionIds = new SessionId(loops.getFirst().security().macKey());
    streams =
        config.protocol().hasTcp()
            ? new ServerStreams(
                Engines.openStreams(config.tcp().sockets().engine(), "mpserver tcp"),
                config.tcp(),
                this::find,
                sessionIds::isValid,
                config.access(),
                names,
                sockets,
                random,
                log,
                local)
            : null;
    sessionFigures = new SessionFigures(loops, this::tunnels);
  }

  /**
   * Opens all sockets. The engine stays the caller's to close.
   *
   * @throws IOException when a socket cannot be opened, or the clients file cannot be read; the
   *     message is for the user
   */
  public static Server start(DatagramEngine engine, ServerConfig config) throws IOException {
    return start(engine, config, Resolver.SYSTEM);
  }

  /**
   * The same with another resolver for the names of destinations.
   *
   * @throws IOException as above
   */
  public static Server start(DatagramEngine engine, ServerConfig config, Resolver resolver)
      throws IOException {
    return start(engine, config, resolver, null);
  }

  /**
   * The same within a program that is itself a target.
   *
   * @param local the program, or null
   * @throws IOException as above
   */
  public static Server start(
      DatagramEngine engine, ServerConfig config, Resolver resolver, LocalTarget local)
      throws IOException {
    EngineGroup engines = engines(engine, config);
    Server server = null;
    boolean started = false;
    try {
      server = new Server(engine, engines, config, resolver, local);
      server.open(config);
      started = true;
      return server;
    } finally {
      if (!started && server != null) {
        server.close();
      } else if (!started) {
        engines.close();
      }
    }
  }

  /** Without UDP there are no sockets that packets could be spread over. */
  private static EngineGroup engines(DatagramEngine engine, ServerConfig config)
      throws IOException {
    int loops = config.protocol().hasUdp() ? config.loops() : 1;
    InetSocketAddress at = Addresses.local(config.listen().getFirst());
    return EngineGroup.open(engine, loops, "mpserver", at, true);
  }

  private void open(ServerConfig config) throws IOException {
    loops.forEach(ServerLoop::start);
    if (clients != null) {
      engine.runAndWait(clients::start);
    }
    for (HostPort listen : config.protocol().hasUdp() ? config.listen() : List.<HostPort>of()) {
      PortOptions options =
          PortOptions.at(Addresses.local(listen))
              .withBufferBytes(config.sockets().bufferBytes())
              .withDscp(config.sockets().dscp())
              .withCarried(config.sockets().carried())
              .sentWhole();
      drivers.open(options);
    }
    if (streams != null) {
      streams.openCarriers(drivers);
      streams.start(config.listen());
    }
    config.security().warnings().forEach(log::warn);
  }

  private void find(
      long sessionId, int epoch, Executor back, Consumer<ServerStreams.Admission> answer) {
    loops.get(drivers.loopOf(sessionId)).find(sessionId, epoch, back, answer);
  }

  private void onClients(Clients changed) {
    log.clientsChanged();
    for (ServerLoop loop : loops) {
      loop.setClients(
          changed,
          session -> {
            if (streams != null) {
              streams.onRights(session.id(), session.rights());
            }
          });
    }
  }

  /** On the thread of the loop that it happened on. */
  private void onEvent(Event event) {
    log.event(event);
    if (streams != null && event instanceof Event.SessionClosed(Session session, _)) {
      streams.onSessionClosed(session.id());
    }
    if (local != null) {
      local.event(event);
    }
  }

  private static EndpointSettings settings(ServerConfig config) {
    SessionSettings session = config.session();
    return new EndpointSettings(
        true,
        session.pingNanos(),
        session.pingIdleNanos(),
        session.pathTimeoutNanos(),
        session.flowTimeoutNanos(),
        config.sessionTimeoutNanos(),
        session.maxFlows(),
        config.maxSessions(),
        config.security().maxSessionsPerClient(),
        session.mtuBytes(),
        EndpointSettings.KeySettings.DEFAULT,
        session.repair());
  }

  /** Where clients and bridges may send to, with the ports that were really given. */
  public List<InetSocketAddress> listening() {
    return drivers.localAddresses();
  }

  /** Where they may connect to by TCP. */
  public List<InetSocketAddress> listeningTcp() {
    return streams == null ? List.of() : streams.listening();
  }

  @Override
  public String summary() {
    List<String> places = new ArrayList<>();
    if (!listening().isEmpty()) {
      places.add(Addresses.texts(listening()));
    }
    if (streams != null) {
      places.add(streams.text());
    }
    return "listening on "
        + String.join(", ", places)
        + ", target "
        + loops.getFirst()
        + switch (protection) {
          case PLAIN -> ", not encrypted";
          case OPPORTUNISTIC -> ", encrypted without a secret";
          case KEYED -> ", encrypted";
        }
        + (loops.size() == 1 ? "" : ", " + loops.size() + " loops");
  }

  @Override
  public CompletableFuture<Figures> figures(Figures.Wish wish) {
    CompletableFuture<SessionFigures.Listed> sessions = sessionFigures.ask(wish);
    CompletableFuture<Figures.SocketDrops> drops = drivers.socketDrops();
    CompletableFuture<List<Figures.Loop>> byLoop = drivers.loops();
    return CompletableFuture.allOf(sessions, drops, byLoop)
        .thenApply(
            _ ->
                new Figures(
                    null,
                    sessions.join().total(),
                    sessions.join().sessions(),
                    drivers.counters(),
                    drops.join(),
                    byLoop.join(),
                    drivers.handedOver(),
                    destinations(),
                    null,
                    null));
  }

  @Override
  public CompletableFuture<Void> answered() {
    List<Engine> all = new ArrayList<>(engines.engines());
    if (streams != null) {
      all.add(streams.engine());
    }
    return Engine.answered(all);
  }

  private Figures.Destinations destinations() {
    long asked = streams == null ? 0 : streams.destinations().asked();
    long refused = streams == null ? 0 : streams.destinations().refused();
    return new Figures.Destinations(
        asked, refused + loops.stream().mapToLong(ServerLoop::refusedDestinations).sum());
  }

  @Override
  public String table(Figures figures) {
    StringBuilder table = new StringBuilder();
    for (Figures.OfSession each : figures.sessions()) {
      SessionReport session = each.session();
      table.append("client %s%016x%n".formatted(name(session), session.sessionId()));
      table.append(SessionTable.of(session));
      table.append(TunnelTable.of(each.tcp()));
    }
    int more = figures.sessionsTotal() - figures.sessions().size();
    if (figures.sessions().isEmpty()) {
      table.append("no clients%n".formatted());
    } else if (more > 0) {
      table.append("and %d clients more%n".formatted(more));
    }
    if (figures.loops().size() > 1) {
      table.append(LoopTable.of(figures));
    }
    return table
        + SessionTable.dropped(figures.counters(), figures.drops())
        + SessionTable.strangers(figures.counters())
        + text(figures.destinations());
  }

  /** Nothing where no client has asked for any. */
  private static String text(Figures.Destinations its) {
    return its.asked() + its.refused() == 0
        ? ""
        : "destinations: %d asked for by TCP, %d refused, of names or addresses%n"
            .formatted(its.asked(), its.refused());
  }

  /** The figures of a session's tunnels. From any thread. */
  public TunnelReport tunnels(SessionReport session) {
    return tunnels(session.sessionId()).join();
  }

  private CompletableFuture<TunnelReport> tunnels(long sessionId) {
    return streams == null
        ? CompletableFuture.completedFuture(TunnelReport.NONE)
        : streams.report(sessionId);
  }

  private static String name(SessionReport session) {
    return session.clientName() == null ? "" : session.clientName() + " ";
  }

  /** The figures of all sessions. From any thread. */
  public CompletableFuture<List<SessionReport>> reports() {
    CompletableFuture<List<SessionReport>> all = CompletableFuture.completedFuture(List.of());
    for (ServerLoop loop : loops) {
      all = all.thenCombine(loop.reports(), Server::joined);
    }
    return all;
  }

  private static List<SessionReport> joined(List<SessionReport> some, List<SessionReport> more) {
    List<SessionReport> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  /** The sessions' endpoints, by loop. */
  public DriverGroup loops() {
    return drivers;
  }

  @Override
  public CompletableFuture<Void> ended() {
    return engines.ended();
  }

  /**
   * Tells all clients that we close, and closes the sockets. From any thread; returns when done.
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    Closing closing = new Closing();
    if (streams != null) {
      closing.then(streams::close);
    }
    if (clients != null) {
      closing.then(() -> engine.runAndWait(clients::close));
    }
    // The last first: the kernel goes on finding those before it at their places.
    loops.reversed().forEach(loop -> closing.then(loop::close));
    if (streams != null) {
      closing.then(streams::closeEngine);
    }
    closing.then(engines::close).end();
  }
}
