package dev.mptunnel.api;

import dev.mptunnel.client.Client;
import dev.mptunnel.client.Host;
import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.ClientProxy;
import dev.mptunnel.config.ClientTcp;
import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.TcpSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Refusal;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.StriperDriver;
import dev.mptunnel.stream.StreamRoom;
import dev.mptunnel.wire.Destination;
import dev.mptunnel.wire.TargetName;
import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * The end that opens: it does what {@code mpclient} does, but that the program itself is the
 * application. One handshake, one secret, one session: for connections, each of which uses all
 * tunnels at once, and for datagrams, each of which takes all paths. The server is a {@link
 * StripeServer}, or {@code mpserver}, whose target connections then lead to.
 *
 * <p>Whatever fails heals by itself: tunnels are dialled again, paths asked again, names looked up
 * again, and a server that was restarted is found again. Connections outlive all that but the
 * restart, and being without any tunnel for 30 seconds, which reset them. At most 4,096 of one
 * client can be open at a time; a process may have several clients.
 *
 * <p>All methods may be called from any thread; those that block are meant for virtual threads. A
 * client has two threads of its own, however many connections there are; they keep the JVM alive
 * until {@link #close}.
 */
public final class StripeClient implements Closeable {

  private static final int MOST_TUNNELS = 16;
  private static final int MOST_TUNNELS_IN_ALL = 128;
  private static final int MOST_WAYS = 32;
  private static final int MOST_FLOWS = 4_096;

  private final ClientOptions options;
  private final String ways;
  private final DatagramEngine engine;
  private final Program program;
  private final Client client;
  private final StriperDriver striper;
  private final ConnectionList list = new ConnectionList();
  private final Set<MultipathSocket> sockets = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private volatile boolean closed;

  private StripeClient(List<InetSocketAddress> ways, int tunnels, ClientOptions options)
      throws IOException {
    this.options = options;
    this.ways =
        ways.stream().map(Hosts::of).map(HostPort::toString).collect(Collectors.joining(", "));
    ClientConfig config = config(ways, tunnels, options);
    engine = Engines.open(EngineChoice.AUTO, "mptunnel client");
    program = new Program(options);
    boolean done = false;
    try {
      client = Client.start(engine, config, program);
      done = true;
    } finally {
      if (!done) {
        Interrupts.holdOff(engine::close);
      }
    }
    striper = client.striper();
  }

  private static ClientConfig config(
      List<InetSocketAddress> ways, int tunnels, ClientOptions options) throws IOException {
    ClientConfig defaults = ClientConfig.defaults();
    ClientTcp tcp = defaults.tcp();
    List<BridgeLine> bridges = new ArrayList<>();
    for (InetSocketAddress way : ways) {
      HostPort place = Hosts.of(way);
      String name = place.toString();
      long before = bridges.stream().filter(each -> each.address().equals(place)).count();
      bridges.add(new BridgeLine(place, before == 0 ? name : name + "#" + (before + 1), null));
    }
    return new ClientConfig(
        List.of(),
        new TreeMap<>(),
        defaults.passenger(),
        new TreeMap<>(),
        bridges,
        options.secrets().ofClient(),
        defaults.session().withMaxFlows(MOST_FLOWS),
        defaults.sockets(),
        new ClientTcp(
            new TreeMap<>(),
            tunnels,
            tcp.patienceNanos(),
            tcp.overTcp(),
            new TcpSettings(options.congestionControl(), tcp.sockets().engine())),
        ClientProxy.NONE);
  }

  /**
   * Connects to a server over one way.
   *
   * @param server the server, or a bridge that leads to it; unresolved ({@link
   *     InetSocketAddress#createUnresolved}) or not, a name is looked up again when the way does
   *     not answer
   * @param tunnels TCP connections over it, 1 to 16
   * @param options how
   * @return a client that is in the session, with a tunnel or more
   * @throws IOException as {@link #connect(List, int, ClientOptions)} does
   */
  public static StripeClient connect(InetSocketAddress server, int tunnels, ClientOptions options)
      throws IOException {
    return connect(List.of(server), tunnels, options);
  }

  /**
   * Connects to a server over one way, with {@link ClientOptions#defaults}.
   *
   * @param server as above
   * @param tunnels as above
   * @return a client that is in the session, with a tunnel or more
   * @throws IOException as {@link #connect(List, int, ClientOptions)} does
   */
  public static StripeClient connect(InetSocketAddress server, int tunnels) throws IOException {
    return connect(server, tunnels, ClientOptions.defaults());
  }

  /**
   * Connects to a server over several ways; blocks until it answers over one. An interrupt ends
   * that.
   *
   * @param ways bridges that lead to the server, or the server itself, 1 to 32
   * @param tunnels TCP connections over each, 1 to 16, and not more than 128 in all
   * @param options how
   * @return a client that is in the session, with a tunnel or more
   * @throws IllegalArgumentException if there are too many or too few ways, or tunnels
   * @throws SocketTimeoutException if the server did not answer within the connect time-out, as
   *     where its secret is another
   * @throws ConnectException if it does not let this client in
   * @throws java.io.InterruptedIOException if this thread is interrupted, or was before; its
   *     interrupt status is set
   * @throws IOException if the secret cannot be read, or no socket can be opened; the message is
   *     one line that a person can act on
   */
  public static StripeClient connect(
      List<InetSocketAddress> ways, int tunnels, ClientOptions options) throws IOException {
    if (ways.isEmpty() || ways.size() > MOST_WAYS) {
      throw new IllegalArgumentException(ways.size() + " ways");
    }
    if (tunnels < 1 || tunnels > MOST_TUNNELS || ways.size() * tunnels > MOST_TUNNELS_IN_ALL) {
      throw new IllegalArgumentException(tunnels + " tunnels over each of " + ways.size());
    }
    StripeClient client = new StripeClient(ways, tunnels, options);
    boolean done = false;
    try {
      client.program.awaitTunnel(client.deadlineNanos(), client.striper, client.ways);
      done = true;
      return client;
    } finally {
      if (!done) {
        client.close();
      }
    }
  }

  private long deadlineNanos() {
    long now = striper.now();
    long deadline = now + options.connectNanos();
    return deadline < now ? Long.MAX_VALUE : deadline;
  }

  /**
   * Opens a connection to the server's {@link StripeServer#accept}, or to the target of {@code
   * mpserver} that has no name. Returns as soon as there is a tunnel, without waiting for the
   * server, so that bytes can travel at once; if it does not take the connection, reading and
   * writing throw a {@link ConnectException}.
   *
   * @return a connection
   * @throws SocketTimeoutException if there is no tunnel within the connect time-out
   * @throws ConnectException if there are too many connections
   * @throws java.io.InterruptedIOException if this thread is interrupted, or was before; its
   *     interrupt status is set
   * @throws ClosedChannelException if the client was closed
   * @throws IOException if the client is closed meanwhile
   */
  public Connection openConnection() throws IOException {
    return open("");
  }

  /**
   * Opens a connection to what the server calls by a name, as {@link #openConnection()} does, or
   * has the server connect to somewhere else, if it lets this client, and waits until it has.
   *
   * @param target a name ({@link ServerOptions#withTargets}, or {@code target.NAME} of mpserver),
   *     or {@code host:port} ({@link ServerOptions#withAllowed}, or {@code allow}): a name that the
   *     server resolves, or an address, of IPv6 in brackets
   * @return a connection
   * @throws IllegalArgumentException if it is neither
   * @throws SocketTimeoutException if there is no tunnel, or the server has reached nothing, within
   *     the connect time-out
   * @throws ConnectException if the server does not let this client, or nobody listens there
   * @throws java.net.NoRouteToHostException if no route leads there
   * @throws java.net.UnknownHostException if the server cannot resolve the name
   * @throws IOException as there
   */
  public Connection openConnection(String target) throws IOException {
    return open(checked(target));
  }

  private static String checked(String target) {
    int colon = target.lastIndexOf(':');
    if (colon < 0 && TargetName.isName(target) && !target.equals(TargetName.FIXED)) {
      return target;
    }
    String port = target.substring(colon + 1);
    if (colon > 0 && port.matches("[0-9]{1,5}")) {
      String host = target.substring(0, colon);
      boolean inBrackets = host.startsWith("[") && host.endsWith("]");
      boolean isMeant = inBrackets || host.indexOf(':') < 0;
      Destination to =
          Destination.of(
              inBrackets ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
      if (isMeant && to != null) {
        return to.toString();
      }
    }
    throw new IllegalArgumentException(
        "target '" + target + "'; expected a name, " + TargetName.EXPECTED + ", or host:port");
  }

  private Connection open(String target) throws IOException {
    checkOpen();
    if (Thread.interrupted()) {
      Thread.currentThread().interrupt();
      throw Interrupts.told();
    }
    long deadline = deadlineNanos();
    program.awaitTunnel(deadline, striper, ways);
    Connection connection = new Connection(striper, list, target, peer());
    try {
      connection.open(Destination.isWritten(target), deadline);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Interrupts.told();
    }
    return connection;
  }

  private void checkOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  private Peer peer() {
    return new Peer("", Peer.text(client.sessionId()), program.remotes());
  }

  /**
   * Opens a socket for datagrams to the server's {@link StripeServer#acceptSocket}, or to the
   * target of {@code mpserver} that has no name. The server hears of it by the first datagram.
   *
   * @return a socket
   * @throws ClosedChannelException if the client was closed
   */
  public MultipathSocket openSocket() throws ClosedChannelException {
    return openSocketTo("");
  }

  /**
   * Opens a socket for datagrams to what the server calls by a name, or to somewhere else. If the
   * server does not let this client, the log says so, and nothing comes.
   *
   * @param target as of {@link #openConnection(String)}
   * @return a socket
   * @throws IllegalArgumentException if it is neither
   * @throws ClosedChannelException if the client was closed
   */
  public MultipathSocket openSocket(String target) throws ClosedChannelException {
    return openSocketTo(checked(target));
  }

  private MultipathSocket openSocketTo(String target) throws ClosedChannelException {
    checkOpen();
    MultipathSocket[] made = new MultipathSocket[1];
    MultipathSocket socket =
        new MultipathSocket(
            engine,
            client.datagrams(),
            target,
            new Peer("", Peer.text(client.sessionId()), List.of()),
            () -> open(made[0], target),
            () -> sockets.remove(made[0]));
    made[0] = socket;
    sockets.add(socket);
    if (closed) {
      socket.fail("the client is closed");
    }
    return socket;
  }

  private Flow open(MultipathSocket socket, String target) {
    return client.openFlow(target.isEmpty() ? null : target, socket.end());
  }

  /**
   * The figures of the session.
   *
   * @return as they are now
   * @throws ClosedChannelException if it was closed
   */
  public Statistics statistics() throws ClosedChannelException {
    lock.lock();
    try {
      checkOpen();
      return Statistics.of(client.report().join(), client.tunnelReport().join());
    } finally {
      lock.unlock();
    }
  }

  /** How many connections there are. */
  int connections() {
    return list.size();
  }

  /**
   * Closes it. It waits, as the options say, for connections that were closed before and whose
   * bytes are still under way; then all that are left are reset, all sockets closed, and the server
   * told. Without effect where it was closed before. An interrupt ends the waiting.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      list.awaitLingering(options.closeNanos());
      Interrupts.holdOff(
          () -> {
            client.close();
            engine.close();
          });
      program.close();
      list.failAll();
      List.copyOf(sockets).forEach(socket -> socket.fail("the client is closed"));
    } finally {
      lock.unlock();
    }
  }

  /** What the client tells of. */
  private static final class Program implements Host {

    private final ClientOptions options;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int tunnels;
    private List<InetSocketAddress> remotes = List.of();
    private Refusal refusal;
    private boolean closed;

    Program(ClientOptions options) {
      this.options = options;
    }

    @Override
    public StreamRoom room() {
      return Memory.room(options.memoryBytes());
    }

    @Override
    public void event(Event event) {
      lock.lock();
      try {
        if (event instanceof Event.SessionRefused(_, Refusal why)) {
          refusal = why;
          changed.signalAll();
        } else if (event instanceof Event.SessionOpened) {
          refusal = null;
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void tunnels(int joined, List<InetSocketAddress> places) {
      lock.lock();
      try {
        tunnels = joined;
        remotes = places;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    List<InetSocketAddress> remotes() {
      lock.lock();
      try {
        return remotes;
      } finally {
        lock.unlock();
      }
    }

    void close() {
      lock.lock();
      try {
        closed = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    void awaitTunnel(long deadlineNanos, StriperDriver clock, String where) throws IOException {
      lock.lock();
      try {
        while (tunnels == 0) {
          if (closed) {
            throw new ClosedChannelException();
          }
          if (refusal != null) {
            throw new ConnectException(
                where + ": the server does not let this client in: " + text(refusal));
          }
          long left = deadlineNanos - clock.now();
          if (left <= 0) {
            throw new SocketTimeoutException(
                where
                    + ": no answer in time; is the server there, with the secret that is set"
                    + " here?");
          }
          changed.awaitNanos(left);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw Interrupts.told();
      } finally {
        lock.unlock();
      }
    }

    private static String text(Refusal refusal) {
      return switch (refusal) {
        case REVOKED -> "its invitation was revoked";
        case FULL -> "there is no room for another one";
        case OTHER_VERSION -> "it speaks another version of the protocol";
        case UNKNOWN_CLIENT -> "its invitation is not known there";
        default -> refusal.toString();
      };
    }
  }
}
