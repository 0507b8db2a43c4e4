package dev.mptunnel.server;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.config.SessionSettings;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.SealedSecurity;
import dev.mptunnel.core.Session;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.crypto.ClientDirectory;
import dev.mptunnel.crypto.ServerKeys;
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
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The end on the server: takes what comes over the paths of many clients, each datagram once, to
 * its target, through a socket for each flow, and sends its answers back over every path of the
 * session that they belong to.
 */
public final class Server implements Program.Reloadable<ServerConfig> {

  private final DatagramEngine engine;
  private final EngineGroup engines;
  private final List<ServerLoop> loops = new ArrayList<>();
  private final DriverGroup drivers;
  private final ServerLog log = new ServerLog();

  /** What it runs with now. */
  private volatile ServerConfig config;

  /** Null where nobody is invited. */
  private ClientsWatch clients;

  private volatile ClientDirectory directory = key -> null;

  /** Which ids sessions may have. */
  private volatile SessionId sessionIds;

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
    this.config = config;
    clients = newWatch(config);
    if (clients != null) {
      directory = clients.read();
    }
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
    sessionIds = new SessionId(loops.getFirst().security().macKey());
    streams =
        config.protocol().hasTcp()
            ? new ServerStreams(
                Engines.openStreams(config.tcp().sockets().engine(), "mpserver tcp"),
                config.tcp(),
                this::find,
                id -> sessionIds.isValid(id),
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
    engine.runAndWait(
        () -> {
          if (clients != null) {
            clients.start();
          }
        });
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

  private ClientsWatch newWatch(ServerConfig its) {
    Path file = its.security().clientsFile();
    return file == null
        ? null
        : new ClientsWatch(engine, file, this::onClients, log::clientsTrouble);
  }

  /** On the first loop's thread, which a reload waits for. */
  private void onClients(ClientsWatch from, Clients changed) {
    if (from != clients) {
      return; // another file counts by now
    }
    directory = changed;
    log.clientsChanged();
    loops.forEach(loop -> loop.setClients(changed, this::onReviewed));
  }

  private void onReviewed(Session session) {
    if (streams != null) {
      streams.onRights(session.id(), session.rights());
    }
  }

  @Override
  public synchronized List<String> reload(ServerConfig to) throws IOException {
    ServerConfig from = config;
    boolean isOtherFile =
        !Objects.equals(from.security().clientsFile(), to.security().clientsFile());
    boolean isSecured = !Objects.equals(from.security().secret(), to.security().secret());
    ClientsWatch watch = isOtherFile ? newWatch(to) : null;
    ClientDirectory read = watch == null ? key -> null : watch.read();
    ServerKeys keys = isSecured ? to.security().secret().serverKeys() : null;
    // From here on nothing fails.
    if (isOtherFile) {
      engine.runAndWait(() -> replaceWatch(watch, read));
    }
    if (isSecured) {
      sessionIds = new SessionId(SealedSecurity.responder(keys, directory).macKey());
      to.security().warnings().forEach(log::warn);
    }
    EndpointSettings settings = settings(to);
    Closing all = new Closing(); // whatever fails on one thread, the others do the same
    for (ServerLoop loop : loops) {
      all.then(() -> loop.reload(to, settings, keys, () -> directory, this::onReviewed));
    }
    if (streams != null) {
      all.then(() -> streams.reload(to.tcp(), to.access()));
    }
    all.end();
    config = to; // last, so that what has failed is tried again the next time
    return ServerChanges.between(from, to);
  }

  private void replaceWatch(ClientsWatch watch, ClientDirectory read) {
    if (clients != null) {
      clients.close();
    }
    clients = watch;
    directory = read;
    if (watch != null) {
      watch.start();
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
        + switch (config.security().protection()) {
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
    closing.then(() -> engine.runAndWait(() -> replaceWatch(null, directory)));
    // The last first: the kernel goes on finding those before it at their places.
    loops.reversed().forEach(loop -> closing.then(loop::close));
    if (streams != null) {
      closing.then(streams::closeEngine);
    }
    closing.then(engines::close).end();
  }
}
