package dev.mptunnel.client;

import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.ClientSecurity;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Security;
import dev.mptunnel.core.Session;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.NameWatch;
import dev.mptunnel.net.PortOptions;
import dev.mptunnel.net.RouteWatch;
import dev.mptunnel.net.StreamOptions;
import dev.mptunnel.wire.Limits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The session and its paths, which may come and go while it lasts. Should the secret change,
 * another session is opened beside it, and takes its place once the server is in that. On the
 * thread of datagrams, but where it says otherwise.
 */
final class ClientSession {

  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long what is on its way in a session that was left may still come. */
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final DatagramEngine engine;
  private final EndpointDriver driver;
  private final SocketSettings sockets;
  private final ClientCarriers carriers;
  private final ClientLog log;
  private final Runnable onReplaced;
  private final Engine.EngineTimer tick;
  private final List<ClientPath> paths = new ArrayList<>();
  private volatile List<String> names = List.of();

  /** Null where the system's routes cannot be asked for. */
  private final RouteWatch routes;

  /** Null where no application connects by TCP. */
  private ClientStreams streams;

  private volatile Session session;

  /**
   * What is to take its place; null for nothing. Its paths have their places in the list for ids.
   */
  private Session next;

  private List<ClientPath> nextPaths = List.of();

  /** What a session in use and the one that is to take its place were opened by. */
  private record Opened(ClientSecurity by, Security security) {}

  private Opened secured;

  /** Null while nothing is to take its place. */
  private Opened nextSecured;

  /** Those whose place was taken, while something may still be on its way in them. */
  private final Set<Session> drained = new HashSet<>();

  /** The ports of paths that were taken out, until no session uses them any more. */
  private final Set<Integer> leftPorts = new HashSet<>();

  /** Whether a path that stays has answered at the last tick. */
  private boolean hasLed;

  private boolean closed;

  /**
   * @param by what sessions are to be opened by
   * @param security the same as the driver's endpoint has it
   * @param sockets how those of the paths are
   * @param onReplaced called when another session has taken the place of the one that was
   */
  ClientSession(
      DatagramEngine engine,
      EndpointDriver driver,
      ClientSecurity by,
      Security security,
      SocketSettings sockets,
      ClientCarriers carriers,
      ClientLog log,
      Runnable onReplaced) {
    this.engine = engine;
    this.driver = driver;
    secured = new Opened(by, security);
    this.sockets = sockets;
    this.carriers = carriers;
    this.log = log;
    this.onReplaced = onReplaced;
    tick = engine.newTimer(this::onTick);
    routes = RouteWatch.orNull(engine, log);
  }

  /** The session that there is. From any thread, once it is open. */
  Session current() {
    return session;
  }

  /** Whether another one is to take its place. */
  boolean isToBeReplaced() {
    return next != null;
  }

  /** Whether this event is of the session that there is. */
  boolean isCurrent(Event.OfSession event) {
    return event.session() == session;
  }

  /** All paths that are to stay, in the order in which they came. */
  List<ClientPath> paths() {
    return staying().toList();
  }

  private Stream<ClientPath> staying() {
    return paths.stream().filter(path -> !path.isLeaving);
  }

  /** What all paths were made of, those as well that are to be taken out. */
  Set<BridgeLine> lines() {
    return paths.stream().map(ClientPath::line).collect(Collectors.toSet());
  }

  /** What they are called. From any thread. */
  List<String> names() {
    return names;
  }

  /** The path of this name, or null. */
  ClientPath find(String name) {
    return staying().filter(each -> each.name().equals(name)).findFirst().orElse(null);
  }

  boolean stayOn(int port, int interfaceIndex) {
    return driver.stayOn(port, interfaceIndex);
  }

  // --- paths ---

  /**
   * Opens the socket of a path, which is in no session yet. From any thread.
   *
   * @throws IOException when it cannot be opened; the message is for the user
   */
  ClientPath open(BridgeLine line) throws IOException {
    InetSocketAddress local =
        line.bindsToAddress() ? Addresses.literal(line.bind()) : Addresses.any();
    String device = line.bindsToInterface() ? line.bind() : null;
    PortOptions options =
        PortOptions.at(local)
            .withBufferBytes(sockets.bufferBytes())
            .withDscp(sockets.dscp())
            .withCarried(sockets.carried())
            .withDevice(device)
            .withMark(line.mark())
            .sentWhole();
    int port = driver.openPreferred(options, line.name().hashCode());
    ClientPath path = new ClientPath(this, line, options, port);
    path.name =
        new NameWatch(
            engine,
            line.address().host(),
            line.address().port(),
            found -> !line.bindsToAddress() || Addresses.sameFamily(found, local.getAddress()),
            found -> onResolved(path, found),
            trouble -> log.pathTrouble(line.name(), trouble));
    return path;
  }

  /** A path that was opened is of no use after all. From any thread. */
  void discard(ClientPath path) {
    engine.runAndWait(() -> driver.closePort(path.port));
  }

  private static StreamOptions byTcp(ClientPath path) {
    PortOptions options = path.options();
    return StreamOptions.at(options.local()).withDevice(options.device()).withMark(options.mark());
  }

  /** From now on applications connect by TCP. */
  void use(ClientStreams its) {
    streams = its;
    paths.forEach(this::addTunnels);
  }

  private void noteNames() {
    names = staying().map(ClientPath::name).toList();
  }

  private void addTunnels(ClientPath path) {
    path.tunnels = streams.addBridge(path.name(), byTcp(path));
    path.tunnels.pause(path.isPaused);
    if (path.address() != null) {
      path.tunnels.onResolved(path.address());
    }
  }

  /** A path that was opened is one of those that there are. */
  void add(ClientPath path) {
    if (paths.size() >= Limits.MAX_PATHS) {
      paths.stream().filter(each -> each.isLeaving).findFirst().ifPresent(this::remove);
    }
    paths.add(path);
    noteNames();
    path.carrier = carriers.addBridge(path.name(), byTcp(path));
    if (streams != null) {
      addTunnels(path);
    }
    if (routes != null) {
      routes.add(path);
    }
    path.name.ask();
    if (session != null) {
      checkRoutes();
      driver.run(now -> addToSession(now, path));
      renewNext();
    }
  }

  private void addToSession(long now, ClientPath path) {
    Endpoint.PathSpec spec = new Endpoint.PathSpec(path.name(), path.port, path.address());
    path.id = driver.endpoint().addPath(now, session, spec);
    if (path.id == ClientPath.NONE && carriers.leave(now, session)) { // it had the id
      path.id = driver.endpoint().addPath(now, session, spec);
    }
  }

  /** Takes a path out: its socket goes once what is on its way has come. */
  void remove(ClientPath path) {
    paths.remove(path);
    noteNames();
    if (routes != null) {
      routes.remove(path);
    }
    leavePort(path.carrier.remove());
    if (path.tunnels != null) {
      path.tunnels.remove();
    }
    leavePort(path.port);
    if (path.id != ClientPath.NONE) {
      driver.run(now -> driver.endpoint().removePath(now, session, path.id));
    }
    renewNext();
    closeUnused();
  }

  /**
   * These are to be taken out as soon as one that stays leads to the server: while none does, what
   * was written may be wrong, and these be the only ones that lead anywhere.
   */
  void leave(List<ClientPath> going) {
    going.forEach(path -> path.isLeaving = true);
    noteNames();
  }

  /** Takes out what is to be, if one that stays leads to the server by now. */
  void removeIfOthersAnswer() {
    if (staying().anyMatch(ClientPath::leadsToServer)) {
      paths.stream().filter(path -> path.isLeaving).toList().forEach(this::remove);
    }
  }

  /** Those that are to be taken out and are written now stay after all. @return these */
  List<ClientPath> keep(List<BridgeLine> lines) {
    List<ClientPath> kept =
        paths.stream().filter(path -> path.isLeaving && lines.contains(path.line())).toList();
    kept.forEach(path -> path.isLeaving = false);
    noteNames();
    return kept;
  }

  /** Whether it is there still. */
  boolean has(ClientPath path) {
    return paths.contains(path);
  }

  /** Only at the second tick: by then the server, too, knows where the others lead. */
  private void removeLeaving() {
    boolean leads = staying().anyMatch(ClientPath::leadsToServer);
    if (leads && hasLed) {
      for (ClientPath path : List.copyOf(paths)) {
        if (path.isLeaving) {
          remove(path);
          log.pathLeft(path.name());
        }
      }
    }
    hasLed = leads;
  }

  private void leavePort(int port) {
    if (port != ClientPath.NONE) {
      leftPorts.add(port);
    }
  }

  private void closeUnused() {
    for (int port : List.copyOf(leftPorts)) {
      if (!closed && !isUsed(port)) {
        leftPorts.remove(port);
        driver.closePort(port);
      }
    }
  }

  private boolean isUsed(int port) {
    return session.leavesFrom(port)
        || (next != null && next.leavesFrom(port))
        || drained.stream().anyMatch(each -> each.leavesFrom(port));
  }

  /** Has a path carry nothing from now on, or again. */
  void pause(ClientPath path, boolean isPaused) {
    path.isPaused = isPaused;
    path.carrier.pause(isPaused);
    if (path.nextCarrier != null) {
      path.nextCarrier.pause(isPaused);
    }
    if (path.tunnels != null) {
      path.tunnels.pause(isPaused);
    }
    driver.run(now -> driver.endpoint().pausePath(now, session, path.id, isPaused));
  }

  // --- sessions ---

  /** Opens the session, over all paths that there are by now. */
  void start() {
    checkRoutes();
    session = open(paths);
    for (int i = 0; i < paths.size(); i++) {
      paths.get(i).id = i;
    }
    tick.set(engine.nanoTime() + TICK_NANOS);
  }

  private Session open(List<ClientPath> over) {
    List<Endpoint.PathSpec> specs = new ArrayList<>();
    over.forEach(path -> specs.add(new Endpoint.PathSpec(path.name(), path.port, path.address())));
    Session[] opened = new Session[1];
    driver.run(now -> opened[0] = driver.endpoint().open(now, specs));
    return opened[0];
  }

  /**
   * Opens another session by this, to take the place of the one that there is. Should that one have
   * been opened by it, it stays.
   *
   * @return whether another one is opened
   */
  boolean secure(ClientSecurity by, Security security) {
    if (secured.by().opensAs(by)) {
      nextSecured = null;
      driver.endpoint().secure(secured.security());
      closeNext();
      return false;
    }
    nextSecured = new Opened(by, security);
    driver.endpoint().secure(security);
    openNext();
    return true;
  }

  private void renewNext() {
    if (next != null) {
      openNext();
    }
  }

  private void openNext() {
    closeNext();
    nextPaths = List.copyOf(paths);
    nextPaths.forEach(path -> path.nextCarrier = path.carrier.another());
    next = open(nextPaths);
  }

  private void closeNext() {
    Session given = next;
    next = null;
    if (given != null) {
      driver.run(_ -> driver.endpoint().close(given));
    }
    for (ClientPath path : nextPaths) {
      leavePort(path.nextCarrier.forget());
      path.nextCarrier = null;
    }
    nextPaths = List.of();
    closeUnused();
  }

  /** Something has happened; in the middle of the endpoint's work. */
  void event(Event event) {
    switch (event) {
      case Event.SessionOpened(Session opened, _) when opened == next ->
          engine.execute(() -> replaceBy(opened));
      case Event.PathRemoved _ -> engine.execute(this::closeUnused);
      default -> {
        // Nothing that it has to do with.
      }
    }
  }

  private void replaceBy(Session opened) {
    if (opened != next || closed) {
      return; // yet another one was opened meanwhile
    }
    Session left = session;
    List<ClientPath> its = nextPaths;
    session = next;
    secured = nextSecured;
    next = null;
    nextSecured = null;
    nextPaths = List.of();
    for (int i = 0; i < its.size(); i++) {
      ClientPath path = its.get(i);
      path.id = i;
      leavePort(path.carrier.forget());
      path.carrier = path.nextCarrier;
      path.nextCarrier = null;
    }
    its.stream().filter(path -> path.isPaused).forEach(path -> pause(path, true));
    onReplaced.run();
    drained.add(left);
    engine
        .newTimer(
            () -> {
              if (!closed) {
                driver.run(_ -> driver.endpoint().close(left));
                drained.remove(left);
                closeUnused();
              }
            })
        .set(engine.nanoTime() + DRAIN_NANOS);
  }

  /** The server does not take our tunnels: it may be another one now. */
  void check() {
    driver.run(now -> driver.endpoint().check(now, session));
  }

  private void onResolved(ClientPath path, InetSocketAddress address) {
    path.found.complete(null);
    if (session != null) {
      checkRoutes();
    }
    if (path.tunnels != null) {
      path.tunnels.onResolved(address);
    }
    if (path.id != ClientPath.NONE && paths.contains(path)) {
      driver.run(now -> driver.endpoint().redirect(now, session, path.id, address));
    }
    int inNext = nextPaths.indexOf(path);
    if (next != null && inNext >= 0) {
      driver.run(now -> driver.endpoint().redirect(now, next, inNext, address));
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
    for (ClientPath path : paths) {
      udpAnswers |= path.isUp() && !path.isPaused && !path.isLeaving;
      if (path.id != ClientPath.NONE && session.path(path.id).isUp()) {
        path.name.confirm();
      } else {
        path.name.askForAnother();
      }
    }
    long now = engine.nanoTime();
    carriers.onTick(now, session, next, udpAnswers, paths);
    removeLeaving();
    tick.set(now + TICK_NANOS);
  }

  /** Asks where all bridges are, as one that has moved may still answer. */
  void resolveAgain() {
    paths.forEach(path -> path.name.askNow());
  }

  /** Before the endpoint is closed. */
  void close() {
    closed = true;
    tick.cancel();
    if (routes != null) {
      routes.close();
    }
  }
}
