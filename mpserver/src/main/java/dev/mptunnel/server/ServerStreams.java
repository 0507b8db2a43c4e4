package dev.mptunnel.server;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.ServerTcp;
import dev.mptunnel.core.Rights;
import dev.mptunnel.core.TargetRefusal;
import dev.mptunnel.core.TunnelKey;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.ConnectionEnd;
import dev.mptunnel.net.DriverGroup;
import dev.mptunnel.net.StreamEngine;
import dev.mptunnel.net.StreamOptions;
import dev.mptunnel.net.StreamSocket;
import dev.mptunnel.net.StriperDriver;
import dev.mptunnel.net.TunnelSocket;
import dev.mptunnel.stream.Connection;
import dev.mptunnel.stream.StreamBuffers;
import dev.mptunnel.stream.StreamError;
import dev.mptunnel.stream.StreamRoom;
import dev.mptunnel.stream.TunnelLink;
import dev.mptunnel.stream.TunnelReport;
import dev.mptunnel.wire.Destination;
import dev.mptunnel.wire.Join;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * What carries TCP: the tunnels of all sessions, and their connections to the targets. On the
 * thread of an engine of its own, but where it says otherwise.
 */
final class ServerStreams {

  /** What is known of a session where its datagrams are. */
  interface Sessions {

    /**
     * Whether a session's tunnels may join in an epoch; asked from this thread, answered on it.
     *
     * @param back to this thread
     * @param answer is given null if there is no such session, or epoch
     */
    void find(long sessionId, int epoch, Executor back, Consumer<Admission> answer);
  }

  /**
   * A session that is there.
   *
   * @param name for the log
   * @param rights what its client may use
   */
  record Admission(TunnelKey key, String name, Rights rights) {}

  /** So many targets that a client asks for in vain are told of: it chooses the names. */
  private static final int REFUSED_TOLD = 16;

  /** Destinations that are dialled for a client at once. */
  private static final int DIALS = 256;

  private final StreamEngine engine;
  private final ServerTcp config;
  private final Sessions sessions;
  private final RandomGenerator random;
  private final ServerLog log;
  private final StreamRoom room;
  private final StreamBuffers buffers = new StreamBuffers();
  private final Map<Long, SessionStreams> ends = new HashMap<>();
  private final Map<String, TcpTarget> targets = new HashMap<>();

  /** What is to take the place of one of them, once it is known where it is. */
  private final Map<String, TcpTarget> awaited = new HashMap<>();

  private final List<StreamEngine.StreamListener> listeners = new ArrayList<>();
  private final Doorstep doorstep;
  private DriverGroup endpoints;
  private final Destinations destinations;
  private final Shares dials = new Shares();

  /** Null for a program of its own. */
  private final LocalTarget local;

  /** A target, as TCP connections know it. */
  private record TcpTarget(HostPort where, TargetAddress address, TargetLog log) {}

  ServerStreams(
      StreamEngine engine,
      ServerTcp config,
      Sessions sessions,
      Predicate<Long> isSessionId,
      AccessRules access,
      NameThreads resolver,
      SocketBudget sockets,
      RandomGenerator random,
      ServerLog log,
      LocalTarget local) {
    this.engine = engine;
    this.config = config;
    this.sessions = sessions;
    this.random = random;
    this.log = log;
    this.local = local;
    room = local == null ? StriperDriver.newRoom() : local.room();
    destinations = new Destinations(engine, access, resolver, sockets);
    doorstep =
        new Doorstep(
            engine,
            isSessionId,
            this::onJoin,
            (id, socket, first) -> endpoints.accept(id, socket, first));
    config.targets().forEach((name, where) -> targets.put(name, newTarget(name, where)));
  }

  /** Where packets go that come over TCP; before anything starts. */
  void openCarriers(DriverGroup to) {
    endpoints = to;
    endpoints.openCarriers(engine);
  }

  /** Starts to listen. From any thread. */
  void start(List<HostPort> listen) throws IOException {
    CompletableFuture.runAsync(
            () -> targets.values().forEach(target -> target.address().start()), engine::execute)
        .join();
    String congestionControl = engine.orSystem(config.sockets().congestionControl(), log::warn);
    for (HostPort place : listen) {
      StreamOptions options = StreamOptions.at(Addresses.local(place)).asTunnel(congestionControl);
      listeners.add(engine.listen(options, doorstep::arrive));
    }
  }

  /** Where it listens. From any thread. */
  List<InetSocketAddress> listening() {
    return listeners.stream().map(StreamEngine.StreamListener::localAddress).toList();
  }

  /** Somebody wants to join who may well be who he says. */
  private void onJoin(Doorstep.Newcomer newcomer, byte[] join) {
    sessions.find(
        Join.sessionId(join),
        Join.epoch(join),
        engine::execute,
        found -> {
          TunnelLink link = null;
          SessionStreams streams = null;
          if (found != null) {
            long id = found.key().sessionId();
            streams = ends.computeIfAbsent(id, _ -> new SessionStreams(id, found.rights()));
            streams.name = found.name();
            streams.rights = found.rights();
            link =
                TunnelLink.accepted(
                    buffers, engine.nanoTime(), join, found.key().secret(), streams.life, random);
          }
          if (link == null) {
            newcomer.turnAway();
          } else if (newcomer.leave()) {
            StreamSocket socket = newcomer.socket();
            String where = Addresses.text(socket.remoteAddress());
            streams.driver.accept(socket, where, link, streams);
          }
        });
  }

  /**
   * Goes over to these targets, and what else all clients may reach. Connections to targets that
   * are elsewhere now go on; those to what may not be reached any more are reset. From any thread
   * but the engine's; returns when done.
   */
  void reload(ServerTcp to, AccessRules access) {
    engine.runAndWait(
        () -> {
          destinations.allow(access);
          changeTargets(to.targets());
          ends.values().forEach(streams -> streams.driver.review(streams::isStillAllowed));
        });
  }

  private void changeTargets(SortedMap<String, HostPort> wanted) {
    awaited.values().forEach(target -> target.address().close());
    awaited.clear();
    for (String name : List.copyOf(targets.keySet())) {
      if (!wanted.containsKey(name)) {
        targets.remove(name).address().close();
      }
    }
    wanted.forEach(
        (name, where) -> {
          TcpTarget known = targets.get(name);
          if (known == null) {
            targets.put(name, newTarget(name, where));
            targets.get(name).address().start();
          } else if (!known.where().equals(where)) {
            awaited.put(name, newTarget(name, where));
            awaited.get(name).address().start();
          }
        });
  }

  private TcpTarget newTarget(String name, HostPort where) {
    TargetLog targetLog = new TargetLog(name.isEmpty() ? null : name, "TCP");
    return new TcpTarget(
        where, new TargetAddress(engine, where, _ -> takeAwaited(name), targetLog), targetLog);
  }

  private void takeAwaited(String name) {
    TcpTarget found = awaited.get(name);
    if (found != null && found.address().now() != null) {
      awaited.remove(name);
      targets.put(name, found).address().close();
    }
  }

  /** What a session's client may use has changed. From any thread. */
  void onRights(long id, Rights rights) {
    engine.execute(
        () -> {
          SessionStreams streams = ends.get(id);
          if (streams != null) {
            streams.rights = rights;
            streams.driver.review(streams::isStillAllowed);
          }
        });
  }

  /** A session has ended. From any thread. */
  void onSessionClosed(long id) {
    engine.execute(
        () -> {
          SessionStreams streams = ends.remove(id);
          if (streams != null) {
            streams.driver.close();
          }
        });
  }

  /** The figures of a session. From any thread. */
  CompletableFuture<TunnelReport> report(long sessionId) {
    return CompletableFuture.supplyAsync(
        () -> {
          SessionStreams streams = ends.get(sessionId);
          return streams == null ? TunnelReport.NONE : streams.driver.report();
        },
        engine::execute);
  }

  /** What clients asked for beyond the targets. */
  Destinations destinations() {
    return destinations;
  }

  /** How many TCP connections were turned away that were no tunnels. From any thread. */
  long strangers() {
    return doorstep.turnedAway();
  }

  /** Resets all connections and closes all. From any thread; returns when done. */
  void close() {
    Runnable closeAll =
        () -> {
          listeners.forEach(StreamEngine.StreamListener::close);
          doorstep.close();
          targets.values().forEach(target -> target.address().close());
          awaited.values().forEach(target -> target.address().close());
          ends.values().forEach(streams -> streams.driver.close());
          ends.clear();
        };
    CompletableFuture.runAsync(closeAll, engine::execute).join();
  }

  /** Closes the engine: what packets still had to travel over TCP have been handed over. */
  void closeEngine() {
    engine.close();
  }

  /** The words for a summary. */
  String text() {
    return "TCP " + Addresses.texts(listening()) + " by " + engine.name();
  }

  /** A session's end here. */
  private final class SessionStreams implements StriperDriver.Listener, TunnelSocket.Owner {

    private final long id;
    private final long life = random.nextLong();
    private final StriperDriver driver;
    private String name;
    private Rights rights;
    private boolean saidUp;
    private final Set<String> toldRefused = new HashSet<>();

    SessionStreams(long id, Rights rights) {
      this.id = id;
      this.rights = rights;
      Object owner = rights.account(id);
      driver = new StriperDriver(engine, false, config.patienceNanos(), room, owner, buffers, this);
    }

    @Override
    public void opened(Connection connection) {
      String target = connection.target();
      if (Destination.isWritten(target)) {
        dial(connection, target);
        return;
      }
      if (local != null && local.names().contains(target) && rights.mayUse(target)) {
        local.opened(driver, connection, id, rights);
        return;
      }
      TcpTarget found = targets.get(target);
      if (found == null || !rights.mayUse(target)) {
        tellRefused(target, rights.mayUse(target));
        driver.refuse(connection, StreamError.NO_TARGET);
      } else if (found.address().now() == null) {
        driver.refuse(connection, StreamError.UNREACHABLE);
      } else {
        driver.connect(connection, found.address().now());
      }
    }

    private void dial(Connection connection, String written) {
      Destination to = destinations.admit(name, rights, written);
      Object who = rights.account(id);
      if (to == null || !dials.take(who, DIALS)) {
        driver.refuse(connection, to == null ? StreamError.NOT_ALLOWED : StreamError.TOO_MANY);
        return;
      }
      new Dialled(connection, who, to).start();
    }

    private boolean isStillAllowed(Connection connection, InetSocketAddress remote) {
      String target = connection.target();
      if (Destination.isWritten(target)) {
        return destinations.isStillPermitted(rights, target, remote);
      }
      boolean isThere =
          targets.containsKey(target) || (local != null && local.names().contains(target));
      return isThere && rights.mayUse(target);
    }

    private void tellRefused(String target, boolean isAllowed) {
      if (toldRefused.size() < REFUSED_TOLD && toldRefused.add(target)) {
        ServerLog.targetRefused(
            name,
            target.isEmpty() ? null : target,
            isAllowed ? TargetRefusal.UNKNOWN : TargetRefusal.NOT_ALLOWED);
      }
    }

    @Override
    public void notConnected(Connection connection, IOException cause) {
      TcpTarget target = targets.get(connection.target());
      if (target != null) {
        target.log().trouble(cause == null ? "closed at once" : cause.getMessage());
        target.address().askForAnother();
      }
    }

    @Override
    public void connected(Connection connection) {
      TcpTarget target = targets.get(connection.target());
      if (target != null && target.address().now() != null) {
        target.log().answers(target.address().now());
      }
    }

    /** A destination that is being dialled for a connection. */
    private final class Dialled implements ConnectionEnd, Dial.Outcome {

      private final Connection connection;
      private final Object who;
      private final Dial dial;
      private boolean over;

      Dialled(Connection connection, Object who, Destination to) {
        this.connection = connection;
        this.who = who;
        dial =
            new Dial(
                engine,
                destinations,
                who,
                to,
                address -> destinations.permit(name, rights, to, address),
                this);
      }

      void start() {
        connection.attach(this);
        dial.start();
      }

      @Override
      public void connected(StreamSocket socket) {
        end();
        driver.reached(connection, socket, () -> destinations.giveBackSocket(who));
      }

      @Override
      public void failed(int code) {
        end();
        driver.refuse(connection, code);
      }

      @Override
      public void onReset(int code) {
        dial.cancel();
        end();
      }

      /** Its place is free, once, however many ends it meets. */
      private void end() {
        if (!over) {
          over = true;
          dials.giveBack(who);
          connection.attach(null);
        }
      }
    }

    @Override
    public void allReset(int connections, Why why) {
      log.connectionsReset(name, connections);
    }

    @Override
    public void onJoined(TunnelSocket tunnel) {
      if (!saidUp) {
        saidUp = true;
        log.tunnelsUp(name);
      }
    }

    @Override
    public void onLeft(TunnelSocket tunnel, IOException cause) {
      if (saidUp && driver.tunnels() == 0) {
        saidUp = false;
        log.tunnelsDown(name);
      }
    }
  }
}
