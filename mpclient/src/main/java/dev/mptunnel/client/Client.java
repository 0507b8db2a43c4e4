package dev.mptunnel.client;

import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.core.EndpointCounters;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Security;
import dev.mptunnel.core.Session;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.core.TunnelKey;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.FlowEnd;
import dev.mptunnel.net.StreamEngine;
import dev.mptunnel.net.StriperDriver;
import dev.mptunnel.observe.Figures;
import dev.mptunnel.observe.SessionTable;
import dev.mptunnel.observe.TunnelTable;
import dev.mptunnel.program.Program;
import dev.mptunnel.stream.TunnelReport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The end at home: takes datagrams from local applications, copies each over every path, and gives
 * each application its answers. One session, as long as the process lives.
 */
public final class Client implements Program.Reloadable<ClientConfig> {

  private final DatagramEngine engine;
  private final EndpointDriver driver;

  /** Null for a program of its own. */
  private final Host host;

  private final SecureRandom random = new SecureRandom();
  private final ClientLog log;
  private final ClientSession session;
  private final ClientListeners listeners;
  private final ClientCarriers carriers;
  private final Associations associations;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** What it runs with now. */
  private volatile ClientConfig config;

  private final Object opening = new Object();
  private StreamEngine streamEngine;

  /** Null where no application connects by TCP. */
  private volatile ClientStreams streams;

  private Client(DatagramEngine engine, ClientConfig config, Host host) throws IOException {
    this.engine = engine;
    this.host = host;
    this.config = config;
    log = new ClientLog(() -> this.config.security());
    Security security = ClientEnd.security(config.security(), random);
    driver =
        new EndpointDriver(
            engine, ClientEnd.settings(config.session()), security, random, new Listener());
    carriers = new ClientCarriers(config.tcp().overTcp(), driver, this::streamEngine, log);
    session =
        new ClientSession(
            engine,
            driver,
            config.security(),
            security,
            config.sockets(),
            carriers,
            log,
            this::onSessionReplaced);
    listeners = new ClientListeners(engine, driver, config.sockets(), session, log);
    associations =
        new Associations(
            engine,
            driver,
            config.sockets(),
            to ->
                driver
                    .endpoint()
                    .openFlow(engine.nanoTime(), session.current(), to.toString(), false));
    if (host != null || usesStreams(config)) {
      streams = newStreams(config);
      session.use(streams);
    }
  }

  private static boolean usesStreams(ClientConfig config) {
    return config.tcp().isUsed() || config.proxy().isUsed();
  }

  private ClientStreams newStreams(ClientConfig its) throws IOException {
    return new ClientStreams(
        streamEngine(), its.tcp(), its.proxy(), associations, random, log, this::onDoubt, host);
  }

  /**
   * Opens all sockets and starts the session. The engine stays the caller's to close.
   *
   * @throws IOException when a socket cannot be opened; the message is for the user
   */
  public static Client start(DatagramEngine engine, ClientConfig config) throws IOException {
    return start(engine, config, null);
  }

  /**
   * The same within a program that is its application; see {@link #striper} and {@link #openFlow}.
   *
   * @param host the program, or null
   * @throws IOException as above
   */
  public static Client start(DatagramEngine engine, ClientConfig config, Host host)
      throws IOException {
    Client client = new Client(engine, config, host);
    try {
      client.open(config);
      return client;
    } catch (IOException | RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private void open(ClientConfig config) throws IOException {
    for (BridgeLine bridge : config.bridges()) {
      ClientPath path = session.open(bridge);
      engine.runAndWait(() -> session.add(path));
    }
    engine.runAndWait(session::start);
    listeners.listen(config, new ArrayList<>());
    if (streams != null) {
      streams.listen(config.tcp(), config.proxy(), new ArrayList<>());
    }
    config.security().warnings().forEach(log::warn);
  }

  /** Opened when it is needed: at the start, or when no UDP comes through, or by a reload. */
  private StreamEngine streamEngine() throws IOException {
    synchronized (opening) { // not the lock of a reload, which waits for the datagrams' thread
      if (streamEngine == null) {
        streamEngine = Engines.openStreams(config.tcp().sockets().engine(), "mpclient tcp");
      }
      return streamEngine;
    }
  }

  // --- changes while it runs ---

  DatagramEngine engine() {
    return engine;
  }

  ClientSession session() {
    return session;
  }

  ClientListeners listeners() {
    return listeners;
  }

  ClientCarriers carriers() {
    return carriers;
  }

  Security newSecurity(ClientConfig its) {
    return ClientEnd.security(its.security(), random);
  }

  /**
   * What applications are to connect by.
   *
   * @param undo is given what closes it again if it is new
   * @return null where none connects by TCP
   */
  ClientStreams streamsFor(ClientConfig its, Deque<Runnable> undo) throws IOException {
    if (streams != null && streams.hasTunnels() && !its.tcp().hasRoomFor(its.bridges().size())) {
      throw new IOException(
          "%d tunnels over each of %d bridges are too many while connections need them"
              .formatted(its.tcp().tunnels(), its.bridges().size()));
    }
    if (streams != null || !usesStreams(its)) {
      return streams;
    }
    ClientStreams opened = newStreams(its);
    undo.push(opened::close);
    return opened;
  }

  /** How many tunnels are to lead over each bridge. */
  static int tunnels(ClientConfig its) {
    return usesStreams(its) ? its.tcp().tunnels() : 0;
  }

  /** All is open that this needs. On the thread of datagrams. */
  void goOver(ClientConfig to, ClientStreams its) {
    if (!to.security().warnings().equals(config.security().warnings())) {
      to.security().warnings().forEach(log::warn);
    }
    if (its != null && streams == null) {
      streams = its;
      session.use(its);
      tellKey();
    }
  }

  /** Nothing if the server has closed meanwhile; it is told when the server is back. */
  private void tellKey() {
    TunnelKey key = session.current().tunnelKey();
    if (key != null) {
      streams.onKey(key);
    }
  }

  /** Another session has taken the place of the one that there was. */
  private void onSessionReplaced() {
    listeners.forgetFlows();
    associations.forgetFlows();
    if (streams != null) {
      tellKey();
    }
    log.sessionReplaced();
  }

  /** The server does not take our tunnels: it may be another one now. */
  private void onDoubt() {
    engine.execute(session::check);
  }

  @Override
  public synchronized List<String> reload(ClientConfig to) throws IOException {
    List<String> changes = new ClientReload(this, config, to).run();
    config = to; // last, so that what has failed is tried again the next time
    return changes;
  }

  @Override
  public synchronized String path(String order) throws IOException {
    return new PathOrders(engine, session, config, streams != null).run(order);
  }

  /** Where applications may send to, with the ports that were really given. */
  public List<InetSocketAddress> listening() {
    return listeners.addresses();
  }

  /** Where they may connect to by TCP. */
  public List<InetSocketAddress> listeningTcp() {
    return streams == null ? List.of() : streams.listening();
  }

  /** Where they may speak SOCKS or HTTP to it. */
  public List<InetSocketAddress> listeningProxy() {
    return streams == null ? List.of() : streams.listeningProxy();
  }

  /** What opens connections; of one that has a {@link Host}. Used on its own thread. */
  public StriperDriver striper() {
    return streams.driver();
  }

  /** What the session is known by. From any thread. */
  public long sessionId() {
    return session.current().id();
  }

  /** What sends on flows. Used on the engine's thread. */
  public EndpointDriver datagrams() {
    return driver;
  }

  /**
   * Opens a flow. On the engine's thread.
   *
   * @param target its name, or null for the one that has none, or a destination as it is written
   */
  public Flow openFlow(String target, FlowEnd end) {
    Flow flow = driver.endpoint().openFlow(engine.nanoTime(), session.current(), target, false);
    flow.attach(end);
    return flow;
  }

  @Override
  public String summary() {
    return "listening on "
        + listeners.text()
        + (streams == null ? "" : ", " + streams.text())
        + ", paths "
        + String.join(", ", session.names())
        + switch (config.security().protection()) {
          case PLAIN -> ", not encrypted";
          case OPPORTUNISTIC -> ", encrypted without a secret";
          case KEYED -> ", encrypted";
        };
  }

  @Override
  public CompletableFuture<Figures> figures(Figures.Wish wish) {
    CompletableFuture<SessionReport> report =
        engine.call(() -> session.current().report(wish.takesRecent()));
    CompletableFuture<TunnelReport> tcp = tunnelReport();
    CompletableFuture<Figures.SocketDrops> drops = driver.socketDrops();
    CompletableFuture<Figures.Proxy> proxy =
        streams != null && streams.isProxy()
            ? engine.call(associations::size).thenCompose(streams::proxyFigures)
            : CompletableFuture.completedFuture(null);
    return CompletableFuture.allOf(report, tcp, drops, proxy)
        .thenApply(
            _ ->
                Figures.ofClient(
                    new Figures.OfSession(report.join(), tcp.join()),
                    EndpointCounters.sum(List.of(driver.counters())),
                    drops.join(),
                    proxy.join()));
  }

  @Override
  public String table(Figures figures) {
    Figures.OfSession its = figures.sessions().getFirst();
    return SessionTable.of(its.session())
        + TunnelTable.of(its.tcp())
        + SessionTable.dropped(figures.counters(), figures.drops());
  }

  /** The session's figures. From any thread. */
  public CompletableFuture<SessionReport> report() {
    return engine.call(() -> session.current().report());
  }

  /** The figures of its TCP tunnels. From any thread. */
  public CompletableFuture<TunnelReport> tunnelReport() {
    return streams == null
        ? CompletableFuture.completedFuture(TunnelReport.NONE)
        : streams.report();
  }

  @Override
  public CompletableFuture<Void> answered() {
    return engine
        .call(() -> streamEngine == null ? List.<Engine>of() : List.of(streamEngine))
        .thenCompose(Engine::answered);
  }

  /** Tells the server that we close, and closes the sockets. From any thread; returns when done. */
  @Override
  public void close() {
    Runnable closeAll =
        () -> {
          session.close();
          associations.close();
          driver.close();
          listeners.close();
        };
    if (closed.getAndSet(true)) {
      return;
    }
    if (streams != null) {
      streams.close();
    }
    engine.runAndWait(closeAll);
    if (streamEngine != null) {
      streamEngine.close();
    }
  }

  private final class Listener implements EndpointDriver.Listener {

    @Override
    public void deliver(Flow flow, ByteBuffer payload, int trafficClass) {
      if (flow.attachment() instanceof FlowEnd end) {
        end.onDatagram(payload);
        return;
      }
      if (Associations.has(flow)) {
        Associations.deliver(flow, payload, trafficClass);
        return;
      }
      Applications.Application application = Applications.of(flow);
      driver.send(application.port(), payload, application.address(), trafficClass);
    }

    @Override
    public void event(Event event) {
      if (event instanceof Event.SessionClosed closed
          && session.isToBeReplaced()
          && session.isCurrent(closed)) {
        log.endedBeforeReplaced();
      } else {
        log.event(event);
      }
      session.event(event);
      if (host != null) {
        host.event(event);
      }
      if (event instanceof Event.FlowClosed(Flow flow)) {
        forget(flow);
      } else if (streams != null && event instanceof Event.OfSession of && isCurrent(of)) {
        tellStreams(of);
      }
    }
  }

  /** Not of one that is to take its place, or has had it. */
  private boolean isCurrent(Event.OfSession event) {
    return session.current() == null || session.current() == event.session();
  }

  private void tellStreams(Event.OfSession event) {
    if (event instanceof Event.SessionOpened(Session opened, _)) {
      streams.onKey(opened.tunnelKey());
    } else if (event instanceof Event.SessionClosed) {
      streams.onSessionClosed();
    }
  }

  private void forget(Flow flow) {
    if (flow.attachment() instanceof FlowEnd end) {
      end.onClosed();
    } else if (Associations.has(flow)) {
      Associations.remove(flow);
    } else {
      Applications.remove(flow);
    }
  }
}
