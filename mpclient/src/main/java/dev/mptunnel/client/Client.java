package dev.mptunnel.client;

import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.ClientSecurity;
import dev.mptunnel.config.ClientTcp;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.Passenger;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.EndpointCounters;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Session;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.FlowEnd;
import dev.mptunnel.net.NameWatch;
import dev.mptunnel.net.PortOptions;
import dev.mptunnel.net.RouteWatch;
import dev.mptunnel.net.StreamEngine;
import dev.mptunnel.net.StreamOptions;
import dev.mptunnel.net.StriperDriver;
import dev.mptunnel.observe.Figures;
import dev.mptunnel.observe.SessionTable;
import dev.mptunnel.observe.TunnelTable;
import dev.mptunnel.program.Program;
import dev.mptunnel.stream.TunnelReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * The end at home: takes datagrams from local applications, copies each over every path, and gives
 * each application its answers. One session, as long as the process lives.
 */
public final class Client implements Program.Running {

  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final DatagramEngine engine;
  private final EndpointDriver driver;

  /** Null for a program of its own. */
  private final Host host;

  private final ClientSecurity security;
  private final ClientLog log;
  private final List<Entry> entries = new ArrayList<>();
  private final List<Endpoint.PathSpec> specs = new ArrayList<>();
  private final List<NameWatch> names = new ArrayList<>();

  private final ClientTcp tcp;
  private StreamEngine streamEngine;

  /** Null where no application connects by TCP. */
  private final ClientStreams streams;

  private final boolean hasProxy;
  private final ClientCarriers carriers;
  private final Associations associations;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Null where the system's routes cannot be asked for. */
  private final RouteWatch routes;

  private final Engine.EngineTimer tick;
  private Session session;

  /**
   * Where applications send to.
   *
   * @param target the name of the server's target that it is for; null for the fixed one
   */
  private record Entry(DatagramPort port, String target) {

    String text() {
      return (target == null ? "" : target + " ") + Addresses.text(port.localAddress());
    }
  }

  private Client(DatagramEngine engine, ClientConfig config, Host host) throws IOException {
    this.engine = engine;
    this.host = host;
    security = config.security();
    log = new ClientLog(security.protection());
    SecureRandom random = new SecureRandom();
    driver =
        new EndpointDriver(
            engine,
            ClientEnd.settings(config.session()),
            ClientEnd.security(security, random),
            random,
            new Listener());
    tick = engine.newTimer(this::onTick);
    tcp = config.tcp();
    hasProxy = config.proxy().isUsed();
    associations =
        new Associations(
            engine,
            driver,
            config.sockets(),
            to -> driver.endpoint().openFlow(engine.nanoTime(), session, to.toString(), false));
    streams =
        tcp.isUsed() || config.proxy().isUsed() || host != null
            ? new ClientStreams(
                streamEngine(), tcp, config.proxy(), associations, random, log, this::onDoubt, host)
            : null;
    carriers = new ClientCarriers(tcp.overTcp(), driver, this::streamEngine, log);
    routes = RouteWatch.orNull(engine, log);
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
      addPath(bridge, config.sockets());
    }
    engine.runAndWait(this::openSession);
    listen(config.listen(), null, config.passenger(), config.sockets());
    for (var named : config.listenNamed().entrySet()) {
      Passenger passenger = config.passengersNamed().get(named.getKey());
      listen(named.getValue(), named.getKey(), passenger, config.sockets());
    }
    if (streams != null) {
      streams.listen(config.tcp(), config.proxy());
    }
    config.security().warnings().forEach(log::warn);
  }

  /** Opened when it is needed: at the start, or when no UDP comes through. */
  private StreamEngine streamEngine() throws IOException {
    if (streamEngine == null) {
      streamEngine = Engines.openStreams(tcp.sockets().engine(), "mpclient tcp");
    }
    return streamEngine;
  }

  private void listen(
      List<HostPort> addresses, String target, Passenger passenger, SocketSettings sockets)
      throws IOException {
    for (HostPort address : addresses) {
      PortOptions options =
          PortOptions.at(Addresses.local(address))
              .withBufferBytes(sockets.bufferBytes())
              .withCarried(sockets.carried());
      ApplicationHandler handler = new ApplicationHandler(target, passenger.isOrdered());
      entries.add(new Entry(engine.open(options, handler), target));
    }
  }

  private void addPath(BridgeLine bridge, SocketSettings sockets) throws IOException {
    InetSocketAddress local =
        bridge.bindsToAddress() ? Addresses.literal(bridge.bind()) : Addresses.any();
    String device = bridge.bindsToInterface() ? bridge.bind() : null;
    PortOptions options =
        PortOptions.at(local)
            .withBufferBytes(sockets.bufferBytes())
            .withDscp(sockets.dscp())
            .withCarried(sockets.carried())
            .withDevice(device)
            .withMark(bridge.mark())
            .sentWhole();
    int port = driver.openPreferred(options, bridge.name().hashCode());
    int pathId = specs.size();
    StreamOptions byTcp = StreamOptions.at(local).withDevice(device).withMark(bridge.mark());
    carriers.addBridge(bridge.name(), byTcp);
    if (streams != null) {
      streams.addBridge(bridge.name(), byTcp);
    }
    specs.add(new Endpoint.PathSpec(bridge.name(), port, null));
    names.add(
        new NameWatch(
            engine,
            bridge.address().host(),
            bridge.address().port(),
            found -> !bridge.bindsToAddress() || Addresses.sameFamily(found, local.getAddress()),
            found -> onResolved(pathId, found),
            trouble -> log.pathTrouble(bridge.name(), trouble)));
    if (routes != null) {
      routes.add(new BridgeWay(pathId, options));
    }
  }

  private void openSession() {
    names.forEach(NameWatch::ask);
    checkRoutes();
    List<Endpoint.PathSpec> resolved = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      Endpoint.PathSpec spec = specs.get(i);
      resolved.add(new Endpoint.PathSpec(spec.name(), spec.port(), names.get(i).address()));
    }
    driver.run(now -> session = driver.endpoint().open(now, resolved));
    tick.set(engine.nanoTime() + TICK_NANOS);
  }

  /** The server does not take our tunnels: it may be another one now. */
  private void onDoubt() {
    engine.execute(() -> driver.run(now -> driver.endpoint().check(now, session)));
  }

  private void onResolved(int pathId, InetSocketAddress address) {
    if (session != null) {
      checkRoutes();
    }
    if (streams != null) {
      streams.onResolved(pathId, address);
    }
    if (session != null) {
      driver.run(now -> driver.endpoint().redirect(now, session, pathId, address));
    }
  }

  /** Before anything is sent to a new address: it may be one that a VPN takes. */
  private void checkRoutes() {
    if (routes != null) {
      routes.check();
    }
  }

  /** A path that does not answer may have moved: its name is asked again, with a back-off. */
  private void onTick() {
    boolean udpAnswers = false;
    for (int pathId = 0; pathId < names.size(); pathId++) {
      udpAnswers |= session.path(pathId).isUp() && session.path(pathId).isProven();
      if (session.path(pathId).isUp()) {
        names.get(pathId).confirm();
      } else {
        names.get(pathId).askForAnother();
      }
    }
    long now = engine.nanoTime();
    carriers.onTick(now, session, udpAnswers, names.stream().map(NameWatch::address).toList());
    tick.set(now + TICK_NANOS);
  }

  /** Where applications may send to, with the ports that were really given. */
  public List<InetSocketAddress> listening() {
    return entries.stream().map(entry -> entry.port().localAddress()).toList();
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
    return session.id();
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
    Flow flow = driver.endpoint().openFlow(engine.nanoTime(), session, target, false);
    flow.attach(end);
    return flow;
  }

  @Override
  public String summary() {
    return "listening on "
        + entries.stream().map(Entry::text).collect(Collectors.joining(", "))
        + (streams == null ? "" : ", " + streams.text())
        + ", paths "
        + specs.stream().map(Endpoint.PathSpec::name).collect(Collectors.joining(", "))
        + switch (security.protection()) {
          case PLAIN -> ", not encrypted";
          case OPPORTUNISTIC -> ", encrypted without a secret";
          case KEYED -> ", encrypted";
        };
  }

  @Override
  public CompletableFuture<Figures> figures(Figures.Wish wish) {
    CompletableFuture<SessionReport> report = engine.call(() -> session.report(wish.takesRecent()));
    CompletableFuture<TunnelReport> tcp = tunnelReport();
    CompletableFuture<Figures.SocketDrops> drops = driver.socketDrops();
    CompletableFuture<Figures.Proxy> proxy =
        hasProxy
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
    return engine.call(session::report);
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
          tick.cancel();
          if (routes != null) {
            routes.close();
          }
          associations.close();
          driver.close();
          entries.forEach(entry -> entry.port().close());
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

  /** A bridge's path as the route watch sees it. */
  private final class BridgeWay implements RouteWatch.Way {

    private final int pathId;
    private final PortOptions options;

    BridgeWay(int pathId, PortOptions options) {
      this.pathId = pathId;
      this.options = options;
    }

    @Override
    public String name() {
      return specs.get(pathId).name();
    }

    @Override
    public InetAddress remote() {
      InetSocketAddress address = names.get(pathId).address();
      return address == null ? null : address.getAddress();
    }

    @Override
    public PortOptions options() {
      return options;
    }

    @Override
    public boolean isUp() {
      return session != null && session.path(pathId).isUp() && session.path(pathId).isProven();
    }

    @Override
    public boolean stayOn(int interfaceIndex) {
      String device = deviceName(interfaceIndex);
      carriers.stayOn(pathId, device);
      if (streams != null) {
        streams.stayOn(pathId, device);
      }
      return driver.stayOn(specs.get(pathId).port(), interfaceIndex);
    }

    /** Null for none, or one that has just gone. */
    private static String deviceName(int interfaceIndex) {
      try {
        NetworkInterface device =
            interfaceIndex == 0 ? null : NetworkInterface.getByIndex(interfaceIndex);
        return device == null ? null : device.getName();
      } catch (SocketException e) {
        return null;
      }
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
      log.event(event);
      if (host != null) {
        host.event(event);
      }
      if (event instanceof Event.FlowClosed(Flow flow)) {
        forget(flow);
      } else if (streams != null && event instanceof Event.SessionOpened(Session opened, _)) {
        streams.onKey(opened.tunnelKey());
      } else if (streams != null && event instanceof Event.SessionClosed) {
        streams.onSessionClosed();
      }
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

  private final class ApplicationHandler implements DatagramHandler {

    private final String target;
    private final boolean ordered;
    private final Applications applications = new Applications();

    ApplicationHandler(String target, boolean ordered) {
      this.target = target;
      this.ordered = ordered;
    }

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
      long now = engine.nanoTime();
      Endpoint endpoint = driver.endpoint();
      Flow flow = applications.flowOf(source);
      if (flow == null) {
        flow = endpoint.openFlow(now, session, target, ordered);
        applications.add(port, source, flow);
      }
      endpoint.send(now, flow, datagram, port.trafficClass());
    }

    @Override
    public void onBatchEnd(DatagramPort port) {
      driver.finish();
    }

    @Override
    public void onError(DatagramPort port, IOException error) {
      // An application that has gone; its flow runs out by itself.
    }
  }
}
