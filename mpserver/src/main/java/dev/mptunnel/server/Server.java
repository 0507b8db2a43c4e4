package dev.mptunnel.server;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.Protection;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.config.ServerSecurity;
import dev.mptunnel.config.SessionSettings;
import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.PlainSecurity;
import dev.mptunnel.core.SealedSecurity;
import dev.mptunnel.core.Security;
import dev.mptunnel.core.Session;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.core.TunnelKey;
import dev.mptunnel.crypto.ClientDirectory;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.PortOptions;
import dev.mptunnel.net.Resolver;
import dev.mptunnel.observe.SessionTable;
import dev.mptunnel.observe.TunnelTable;
import dev.mptunnel.program.Program;
import dev.mptunnel.secret.Clients;
import dev.mptunnel.stream.TunnelReport;
import dev.mptunnel.wire.SessionId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
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
  private final EndpointDriver driver;
  private final ServerLog log = new ServerLog();
  private final Targets targets;
  private final Destinations destinations;
  private final Protection protection;
  private final SealedSecurity sealed;
  private final ClientsWatch clients;
  private final SessionId sessionIds;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Null for a program of its own. */
  private final LocalTarget local;

  /** Null where there is no TCP. */
  private final ServerStreams streams;

  private Server(DatagramEngine engine, ServerConfig config, Resolver resolver, LocalTarget local)
      throws IOException {
    this.engine = engine;
    this.local = local;
    protection = config.security().protection();
    Path clientsFile = config.security().clientsFile();
    clients =
        clientsFile == null
            ? null
            : new ClientsWatch(engine, clientsFile, this::onClients, log::clientsTrouble);
    sealed = sealed(config.security(), clients == null ? key -> null : clients.read());
    Security security = sealed == null ? new PlainSecurity() : sealed;
    SecureRandom random = new SecureRandom();
    sessionIds = new SessionId(security.macKey());
    driver = new EndpointDriver(engine, settings(config), security, random, new Listener());
    streams =
        config.protocol().hasTcp()
            ? new ServerStreams(
                Engines.openStreams(config.tcp().sockets().engine(), "mpserver tcp"),
                config.tcp(),
                this::find,
                sessionIds::isValid,
                config.access(),
                resolver,
                random,
                log,
                local)
            : null;
    destinations = new Destinations(engine, config.access(), resolver);
    targets = new Targets(engine, driver, config, destinations, local);
    driver.endpoint().offer(targets.names());
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
    Server server = new Server(engine, config, resolver, local);
    try {
      server.open(config);
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void open(ServerConfig config) throws IOException {
    engine.runAndWait(this::startWatching);
    for (HostPort listen : config.protocol().hasUdp() ? config.listen() : List.<HostPort>of()) {
      PortOptions options =
          PortOptions.at(Addresses.local(listen))
              .withBufferBytes(config.sockets().bufferBytes())
              .sentWhole();
      driver.open(options);
    }
    if (streams != null) {
      streams.openCarriers(driver);
      streams.start(config.listen());
    }
    config.security().warnings().forEach(log::warn);
  }

  /** Looks a session up for its tunnels. From the tunnels' thread, and back to it. */
  private void find(
      long sessionId, int epoch, Executor back, Consumer<ServerStreams.Admission> answer) {
    engine.execute(
        () -> {
          Endpoint endpoint = driver.endpoint();
          TunnelKey key = endpoint.tunnelKey(engine.nanoTime(), sessionId, epoch);
          ServerStreams.Admission admission =
              key == null ? null : admission(key, endpoint.session(sessionId));
          back.execute(() -> answer.accept(admission));
        });
  }

  private static ServerStreams.Admission admission(TunnelKey key, Session session) {
    return new ServerStreams.Admission(key, session.toString(), session.rights());
  }

  private void startWatching() {
    targets.start();
    if (clients != null) {
      clients.start();
    }
  }

  /** How sessions are sealed; null in plain mode. */
  private static SealedSecurity sealed(ServerSecurity config, ClientDirectory clients) {
    return config.protection() == Protection.PLAIN
        ? null
        : SealedSecurity.responder(config.secret().serverKeys(), clients);
  }

  private void onClients(Clients changed) {
    log.clientsChanged();
    driver.run(
        _ -> {
          sealed.clients(changed);
          driver.endpoint().reviewClients();
          targets.review();
          if (streams != null) {
            driver
                .endpoint()
                .sessions()
                .forEach(session -> streams.onRights(session.id(), session.rights()));
          }
        });
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
    return driver.localAddresses();
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
        + targets
        + switch (protection) {
          case PLAIN -> ", not encrypted";
          case OPPORTUNISTIC -> ", encrypted without a secret";
          case KEYED -> ", encrypted";
        };
  }

  @Override
  public String table() {
    List<SessionReport> sessions = reports().join();
    StringBuilder table = new StringBuilder();
    for (SessionReport session : sessions) {
      table.append("client %s%016x%n".formatted(name(session), session.sessionId()));
      table.append(SessionTable.of(session));
      table.append(TunnelTable.of(tunnels(session)));
    }
    if (sessions.isEmpty()) {
      table.append("no clients%n".formatted());
    }
    EndpointDriver.SocketDrops drops = driver.socketDrops().join();
    return table
        + SessionTable.dropped(driver.counters(), drops.sent(), drops.received())
        + SessionTable.strangers(driver.counters())
        + destinations();
  }

  /** Nothing where no client has asked for any. */
  private String destinations() {
    long asked = streams == null ? 0 : streams.destinations().asked();
    long refused =
        destinations.refused() + (streams == null ? 0 : streams.destinations().refused());
    return asked + refused == 0
        ? ""
        : "destinations: %d asked for by TCP, %d refused, of names or addresses%n"
            .formatted(asked, refused);
  }

  /** The figures of a session's tunnels. From any thread. */
  public TunnelReport tunnels(SessionReport session) {
    return streams == null ? TunnelReport.NONE : streams.report(session.sessionId()).join();
  }

  private static String name(SessionReport session) {
    return session.clientName() == null ? "" : session.clientName() + " ";
  }

  /** The figures of all sessions. From any thread. */
  public CompletableFuture<List<SessionReport>> reports() {
    return engine.call(() -> driver.endpoint().sessions().stream().map(Session::report).toList());
  }

  /**
   * Tells all clients that we close, and closes the sockets. From any thread; returns when done.
   */
  @Override
  public void close() {
    Runnable closeAll =
        () -> {
          targets.close();
          if (clients != null) {
            clients.close();
          }
          driver.close();
        };
    if (closed.getAndSet(true)) {
      return;
    }
    if (streams != null) {
      streams.close();
    }
    engine.runAndWait(closeAll);
    if (streams != null) {
      streams.closeEngine();
    }
  }

  private final class Listener implements EndpointDriver.Listener {

    @Override
    public void deliver(Flow flow, ByteBuffer payload) {
      targets.deliver(flow, payload);
    }

    @Override
    public void event(Event event) {
      log.event(event);
      switch (event) {
        case Event.FlowOpened(Flow flow) -> targets.open(flow);
        case Event.FlowClosed(Flow flow) -> targets.close(flow);
        case Event.SessionClosed(Session session, _) -> {
          if (streams != null) {
            streams.onSessionClosed(session.id());
          }
        }
        default -> {
          // The log has told it.
        }
      }
      if (local != null) {
        local.event(event);
      }
    }
  }
}
