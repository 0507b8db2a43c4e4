package dev.mptunnel.api;

import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.Protection;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.config.ServerSecurity;
import dev.mptunnel.config.ServerTcp;
import dev.mptunnel.config.TcpSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Rights;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.Resolver;
import dev.mptunnel.net.StriperDriver;
import dev.mptunnel.server.LocalTarget;
import dev.mptunnel.server.Server;
import dev.mptunnel.stream.StreamError;
import dev.mptunnel.stream.StreamRoom;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The end that waits for clients: it does what {@code mpserver} does, but that connections and
 * datagrams come out of {@link #accept} and {@link #acceptSocket} in the place of a target. Any
 * number of clients, which are {@link StripeClient} or {@code mpclient}, directly or through
 * bridges, each with any number of paths and tunnels.
 *
 * <p>All methods may be called from any thread; those that block are meant for virtual threads. A
 * server has two threads of its own, however many connections there are; they keep the JVM alive
 * until {@link #close}.
 */
public final class StripeServer implements Closeable {

  private static final int TRIES_FOR_PORT = 16;
  private static final int MOST_FLOWS = 4_096;

  private final ServerOptions options;
  private final DatagramEngine engine;
  private final Program program;
  private final Server server;
  private final InetSocketAddress localAddress;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean closed;

  private StripeServer(InetSocketAddress address, ServerOptions options) throws IOException {
    this.options = options;
    ServerConfig config = config(address, options);
    engine = Engines.open(EngineChoice.AUTO, "mptunnel server");
    program = new Program(engine, options);
    boolean done = false;
    try {
      server = Server.start(engine, config, Resolver.SYSTEM, program);
      done = true;
    } finally {
      if (!done) {
        Interrupts.holdOff(engine::close);
      }
    }
    localAddress = server.listening().getFirst();
  }

  private static ServerConfig config(InetSocketAddress address, ServerOptions options)
      throws IOException {
    ServerConfig defaults = ServerConfig.defaults();
    ServerTcp tcp = defaults.tcp();
    ServerSecurity security =
        options
            .secrets()
            .ofServer(options.clientsFile(), defaults.security().maxSessionsPerClient());
    if (!options.access().isEmpty() && security.protection() != Protection.KEYED) {
      throw new IOException(
          "without a secret this server would be everybody's proxy; expected withSecret or"
              + " withSecretFile beside withAllowed");
    }
    return new ServerConfig(
        List.of(new HostPort(Hosts.listening(address), address.getPort())),
        null,
        new TreeMap<>(),
        security,
        defaults.session().withMaxFlows(MOST_FLOWS),
        defaults.sessionTimeoutNanos(),
        defaults.maxSessions(),
        defaults.sockets(),
        1,
        defaults.protocol(),
        new ServerTcp(
            new TreeMap<>(),
            tcp.patienceNanos(),
            new TcpSettings(options.congestionControl(), tcp.sockets().engine())),
        options.access());
  }

  /**
   * Listens, for UDP and TCP on the same port.
   *
   * @param address where; port 0 for one that is free, which {@link #localAddress} tells
   * @param options how
   * @return a server, which is there until it is closed
   * @throws IOException if the address is in use, or not of this host, or the secret cannot be
   *     read; the message is one line that a person can act on
   */
  public static StripeServer bind(InetSocketAddress address, ServerOptions options)
      throws IOException {
    if (address.getPort() != 0) {
      return new StripeServer(address, options);
    }
    for (int tries = 1; ; tries++) {
      try {
        InetSocketAddress free = new InetSocketAddress(host(address), freePort(host(address)));
        return new StripeServer(free, options);
      } catch (IOException e) {
        // One that TCP has free may be taken in UDP, or be taken now.
        if (tries == TRIES_FOR_PORT) {
          throw e;
        }
      }
    }
  }

  /**
   * Listens, with {@link ServerOptions#defaults}.
   *
   * @param address where, as above
   * @return a server, which is there until it is closed
   * @throws IOException as above
   */
  public static StripeServer bind(InetSocketAddress address) throws IOException {
    return bind(address, ServerOptions.defaults());
  }

  private static InetAddress host(InetSocketAddress address) throws IOException {
    return address.isUnresolved()
        ? InetAddress.getByName(address.getHostString())
        : address.getAddress();
  }

  private static int freePort(InetAddress host) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(host, 0));
      return socket.getLocalPort();
    }
  }

  /**
   * Takes a connection that a client has opened; blocks until there is one. An interrupt ends that,
   * and nothing else: the server stays as it is.
   *
   * @return a connection, of which bytes may have come already
   * @throws java.io.InterruptedIOException if this thread is interrupted, or was before; its
   *     interrupt status is set
   * @throws AsynchronousCloseException if another thread closes the server meanwhile
   * @throws ClosedChannelException if it was closed before
   * @throws IOException for nothing else
   */
  public Connection accept() throws IOException {
    return program.connections.take(0);
  }

  /**
   * Takes a connection, as {@link #accept()} does, waiting no longer than so.
   *
   * @param timeout more than zero
   * @return a connection
   * @throws SocketTimeoutException if there was none in time
   * @throws IllegalArgumentException if the time-out is zero or negative
   * @throws IOException as there
   */
  public Connection accept(Duration timeout) throws IOException {
    return program.connections.take(positive(timeout));
  }

  /**
   * Takes a socket to which a client has sent a first datagram; blocks until there is one.
   *
   * @return a socket, at which that has come already
   * @throws IOException as {@link #accept()} does
   */
  public MultipathSocket acceptSocket() throws IOException {
    return program.sockets.take(0).accepted();
  }

  /**
   * Takes a socket, as {@link #acceptSocket()} does, waiting no longer than so.
   *
   * @param timeout more than zero
   * @return a socket
   * @throws SocketTimeoutException if there was none in time
   * @throws IllegalArgumentException if the time-out is zero or negative
   * @throws IOException as there
   */
  public MultipathSocket acceptSocket(Duration timeout) throws IOException {
    return program.sockets.take(positive(timeout)).accepted();
  }

  private static long positive(Duration timeout) {
    long nanos = Durations.nanos(timeout);
    if (nanos == 0) {
      throw new IllegalArgumentException("a time-out of zero");
    }
    return nanos;
  }

  /**
   * Where it listens.
   *
   * @return with the port that was really given
   */
  public InetSocketAddress localAddress() {
    return localAddress;
  }

  /**
   * The figures of all clients.
   *
   * @return as they are now, one for each session
   * @throws ClosedChannelException if it was closed
   */
  public List<Statistics> statistics() throws ClosedChannelException {
    lock.lock();
    try {
      if (closed) {
        throw new ClosedChannelException();
      }
      return server.reports().join().stream().map(this::statistics).toList();
    } finally {
      lock.unlock();
    }
  }

  private Statistics statistics(SessionReport session) {
    return Statistics.of(session, server.tunnels(session));
  }

  /** How many connections there are, of all clients. */
  int connections() {
    return program.list.size();
  }

  /**
   * Closes it. It waits, as the options say, for connections that were closed before and whose
   * bytes are still under way; then all that are left are reset, all sockets closed, and the
   * clients told. Without effect where it was closed before. An interrupt ends the waiting.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      program.connections.close();
      program.sockets.close();
      program.list.awaitLingering(options.closeNanos());
      Interrupts.holdOff(
          () -> {
            server.close();
            engine.close();
          });
      program.end();
    } finally {
      lock.unlock();
    }
  }

  /** What clients are led to. */
  private static final class Program implements LocalTarget {

    private final DatagramEngine engine;
    private final ServerOptions options;
    private final Set<String> names;
    private final ConnectionList list = new ConnectionList();
    private final Backlog<Connection> connections;
    private final Backlog<MultipathSocket> sockets;

    /** By session; of the thread of datagrams. */
    private final Map<Long, Set<MultipathSocket>> bySession = new HashMap<>();

    Program(DatagramEngine engine, ServerOptions options) {
      this.engine = engine;
      this.options = options;
      names = new HashSet<>(options.targets());
      names.add("");
      connections = new Backlog<>(options.backlog(), each -> each.peer().session());
      sockets = new Backlog<>(options.backlog(), each -> each.peer().session());
    }

    @Override
    public Set<String> names() {
      return names;
    }

    @Override
    public StreamRoom room() {
      return Memory.room(options.memoryBytes());
    }

    @Override
    public void opened(
        StriperDriver driver,
        dev.mptunnel.stream.Connection stream,
        long sessionId,
        Rights rights) {
      Peer peer = new Peer(name(rights), Peer.text(sessionId), driver.remotes());
      Connection connection = new Connection(driver, list, stream.target(), peer);
      connection.onGone(() -> connections.remove(connection));
      connection.accept(stream);
      if (!connections.offer(connection)) {
        connection.fail(StreamError.TOO_MANY);
        stream.attach(null);
        driver.refuse(stream, StreamError.TOO_MANY);
      }
    }

    @Override
    public void opened(EndpointDriver driver, Flow flow) {
      long session = flow.session().id();
      String target = flow.target() == null ? "" : flow.target();
      Peer peer = new Peer(name(flow.session().rights()), Peer.text(session), List.of());
      MultipathSocket[] made = new MultipathSocket[1];
      MultipathSocket socket =
          new MultipathSocket(
              engine, driver, target, peer, null, () -> engine.execute(() -> gone(session, made)));
      made[0] = socket;
      if (sockets.offer(socket)) {
        socket.attach(flow);
        bySession.computeIfAbsent(session, _ -> new HashSet<>()).add(socket);
      } else {
        engine.execute(() -> driver.endpoint().closeFlow(flow)); // its next datagram asks again
      }
    }

    private void gone(long session, MultipathSocket[] socket) {
      sockets.remove(socket[0]);
      Set<MultipathSocket> all = bySession.get(session);
      if (all != null && all.remove(socket[0]) && all.isEmpty()) {
        bySession.remove(session);
      }
    }

    private static String name(Rights rights) {
      return rights.client() == null ? "" : rights.client().name();
    }

    @Override
    public void event(Event event) {
      if (event instanceof Event.SessionClosed(var session, _)) {
        Set<MultipathSocket> all = bySession.remove(session.id());
        if (all != null) {
          all.forEach(socket -> socket.fail("the client has ended its session"));
        }
      }
    }

    /** The engines have ended. */
    void end() {
      list.failAll();
      List.copyOf(bySession.values())
          .forEach(all -> List.copyOf(all).forEach(socket -> socket.fail("the server is closed")));
    }
  }
}
