package dev.mptunnel.net;

import dev.mptunnel.stream.Connection;
import dev.mptunnel.stream.StreamBuffers;
import dev.mptunnel.stream.StreamError;
import dev.mptunnel.stream.StreamOutput;
import dev.mptunnel.stream.StreamRoom;
import dev.mptunnel.stream.Striper;
import dev.mptunnel.stream.Tunnel;
import dev.mptunnel.stream.TunnelLink;
import dev.mptunnel.stream.TunnelReport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Runs one end's {@link Striper} on a {@link StreamEngine}: the sockets of its tunnels, and of its
 * connections. What happens to several of them at once is worked on together, at the end of it.
 *
 * <p>Used on the engine's thread.
 */
public final class StriperDriver {

  /** Connections that have said JOIN and then nothing: somebody may repeat one that he has seen. */
  private static final int UNJOINED = 64;

  /** Of the heap, what may be taken by what connections keep. */
  private static final double ROOM_SHARE = 0.4;

  /** What a driver does not do itself. */
  public interface Listener {

    /** The peer has opened a connection: lead it somewhere, or reset it. */
    default void opened(Connection connection) {}

    /** What a connection was to lead to could not be reached. */
    default void notConnected(Connection connection, IOException cause) {}

    /** It could. */
    default void connected(Connection connection) {}

    /** All connections were reset, for a reason that concerns them all. */
    default void allReset(int connections, Why why) {}

    /** Why that may be. */
    enum Why {
      /** The peer has forgotten them. */
      PEER_FORGOT,
      /** There was no tunnel for too long. */
      NO_TUNNEL
    }
  }

  private static final int OLDEST_SHOWN = 20;

  private final StreamEngine engine;
  private final boolean initiator;
  private final long patienceNanos;
  private final Listener listener;
  private final StreamRoom room;
  private final Object owner;
  private final Engine.EngineTimer timer;
  private final StreamBuffers buffers;
  private final Set<TunnelSocket> sockets = new LinkedHashSet<>();
  private final Set<TunnelSocket> unflushed = new HashSet<>();
  private final ArrayDeque<Runnable> effects = new ArrayDeque<>();
  private Striper striper;
  private int joined;
  private boolean isLifeKnown;
  private long life;
  private long lastTunnelNanos;
  private long nextTunnelsNanos;
  private boolean awake;
  private boolean closed;
  private long brokenTunnels;
  private long strangers;
  private long connectionsOpened;

  /** What tunnels have carried that were dialled by a name, and have ended. */
  private final Map<String, TunnelReport.Bytes> dialled = new HashMap<>();

  /**
   * A driver of a new striper.
   *
   * @param patienceNanos how long connections wait for a tunnel when there is none
   * @param room that all drivers of the engine share
   * @param owner whose share of it the connections take
   * @param buffers that they share too
   */
  public StriperDriver(
      StreamEngine engine,
      boolean initiator,
      long patienceNanos,
      StreamRoom room,
      Object owner,
      StreamBuffers buffers,
      Listener listener) {
    this.room = room;
    this.owner = owner;
    this.buffers = buffers;
    this.engine = engine;
    this.initiator = initiator;
    this.patienceNanos = patienceNanos;
    this.listener = listener;
    timer = engine.newTimer(this::run);
    striper = new Striper(initiator, new Effects(), room, owner, buffers);
    lastTunnelNanos = engine.nanoTime();
  }

  /** A room for all drivers of an engine, as the heap has it. */
  public static StreamRoom newRoom() {
    return new StreamRoom((long) (ROOM_SHARE * Runtime.getRuntime().maxMemory()));
  }

  /** The time; see {@link Engine#nanoTime}. From any thread. */
  public long now() {
    return engine.nanoTime();
  }

  /** Runs a task on the engine's thread; see {@link Engine#execute}. From any thread. */
  public void execute(Runnable task) {
    engine.execute(task);
  }

  /** Makes a timer; see {@link Engine#newTimer}. */
  public Engine.EngineTimer newTimer(Runnable task) {
    return engine.newTimer(task);
  }

  StreamBuffers buffers() {
    return buffers;
  }

  // --- tunnels ---

  /** Dials a tunnel. */
  public TunnelSocket dial(
      InetSocketAddress remote,
      StreamOptions options,
      String name,
      TunnelLink link,
      TunnelSocket.Owner owner) {
    TunnelSocket tunnel = new TunnelSocket(this, name, link, owner);
    dialled.putIfAbsent(name, TunnelReport.Bytes.NONE);
    add(tunnel);
    engine.connect(remote, options, tunnel);
    return tunnel;
  }

  /** Takes a connection that a peer has made, and whose JOIN was right. */
  public void accept(StreamSocket socket, String name, TunnelLink link, TunnelSocket.Owner owner) {
    makeRoomFor(link.tunnel());
    TunnelSocket tunnel = new TunnelSocket(this, name, link, owner);
    add(tunnel);
    socket.setHandler(tunnel);
    tunnel.start(socket);
  }

  /** One that says the same takes the place of that; else, where there are too many, the oldest. */
  private void makeRoomFor(int number) {
    List<TunnelSocket> unjoined = sockets.stream().filter(each -> each.tunnel() == null).toList();
    unjoined.stream()
        .filter(each -> each.link().tunnel() == number)
        .findFirst()
        .or(() -> unjoined.size() < UNJOINED ? Optional.empty() : unjoined.stream().findFirst())
        .ifPresent(
            oldest -> {
              leave(oldest);
              oldest.abort();
            });
  }

  private void add(TunnelSocket tunnel) {
    sockets.add(tunnel);
    nextTunnelsNanos = Math.min(nextTunnelsNanos, now());
    wake();
  }

  /** A tunnel is in the session. @return null if there are too many */
  Tunnel join(TunnelSocket socket) {
    if (initiator) {
      begin(socket);
    }
    Tunnel tunnel = closed ? null : striper.addTunnel(now(), socket.link().tunnel());
    if (tunnel == null) {
      socket.abort();
      return null;
    }
    tunnel.attach(socket);
    joined++;
    wake();
    return tunnel;
  }

  /** What the peer knows of it has to do with this: if it has begun anew, so do we. */
  private void begin(TunnelSocket socket) {
    long itsLife = socket.link().life();
    if (isLifeKnown && itsLife != life) {
      List.copyOf(sockets).stream()
          .filter(each -> each != socket && each.tunnel() != null)
          .forEach(TunnelSocket::abort);
      beginAnew();
    }
    life = itsLife;
    isLifeKnown = true;
  }

  /** The peer has forgotten everything: so do we, and the numbers of connections begin anew. */
  private void beginAnew() {
    int connections = striper.connections();
    striper.end();
    striper = new Striper(initiator, new Effects(), room, owner, buffers);
    if (connections > 0) {
      listener.allReset(connections, Listener.Why.PEER_FORGOT);
    }
    wake();
  }

  /** There is no tunnel for too long. The peer hears of it when there is one again. */
  private void giveUp() {
    List<Connection> all = striper.liveConnections();
    all.forEach(connection -> reset(connection, StreamError.SESSION));
    listener.allReset(all.size(), Listener.Why.NO_TUNNEL);
  }

  private static void reset(Connection connection, int code) {
    if (connection.attachment() instanceof ConnectionEnd end) {
      end.onReset(code);
    }
    connection.reset(code);
  }

  void leave(TunnelSocket socket) {
    if (!sockets.remove(socket)) {
      return;
    }
    unflushed.remove(socket);
    addBytes(dialled, socket);
    if (socket.tunnel() != null) {
      joined--;
      lastTunnelNanos = now();
      striper.removeTunnel(socket.tunnel());
    }
    wake();
  }

  /** No more is to be known of what tunnels have carried that were dialled by this name. */
  public void forget(String name) {
    dialled.remove(name);
  }

  private static void addBytes(Map<String, TunnelReport.Bytes> byName, TunnelSocket socket) {
    byName.computeIfPresent(
        socket.name(),
        (_, sum) -> sum.plus(new TunnelReport.Bytes(socket.sentBytes(), socket.receivedBytes())));
  }

  boolean receive(Tunnel tunnel, ByteBuffer frames) {
    return striper.receive(now(), tunnel, frames);
  }

  void onWritable(Tunnel tunnel) {
    striper.onWritable(now(), tunnel);
    wake();
  }

  /** A tunnel was ended since what came on it was not what it should be. */
  void countBroken(boolean wasJoined) {
    if (wasJoined) {
      brokenTunnels++;
    } else {
      strangers++;
    }
  }

  /** Tunnels that are in the session now. */
  public int tunnels() {
    return joined;
  }

  /** How many connections there are. */
  public int connections() {
    return striper.connections();
  }

  /** Where they lead to, each place once. */
  public List<InetSocketAddress> remotes() {
    return sockets.stream()
        .filter(socket -> socket.tunnel() != null)
        .map(TunnelSocket::remote)
        .distinct()
        .toList();
  }

  // --- connections ---

  /**
   * Opens a connection for an application.
   *
   * @param target its name, or empty for the one that has none
   */
  public void open(StreamSocket application, String target) {
    Connection connection = closed ? null : striper.open(target);
    if (connection == null) {
      application.abort();
      return;
    }
    noteOpened(connection);
    new ConnectionSocket(this, connection).start(application);
    wake();
  }

  /**
   * Opens a connection. For an application that is to be told first whether the peer could dial:
   * {@link ConnectionEnd#onReached}, and then {@link #start}, or {@link ConnectionEnd#onReset}.
   *
   * @param target as {@link Connection#target}
   * @return null if there are too many
   */
  public Connection open(String target, ConnectionEnd end) {
    Connection connection = closed ? null : striper.open(target);
    if (connection != null) {
      noteOpened(connection);
      connection.attach(end);
      wake();
    }
    return connection;
  }

  private void noteOpened(Connection connection) {
    connectionsOpened++;
    connection.noteOpened(engine.nanoTime());
  }

  /**
   * Joins a connection with the application that waited for it.
   *
   * @param early what the application has said already
   * @param finished whether it says nothing more
   */
  public void start(
      Connection connection, StreamSocket application, ByteBuffer early, boolean finished) {
    ConnectionSocket socket = new ConnectionSocket(this, connection);
    socket.start(application);
    if (early.hasRemaining()) {
      socket.onRead(application, early);
    }
    if (finished) {
      socket.onFinished(application);
    }
    wake();
  }

  /**
   * Joins a connection that the peer has opened with the destination that it named.
   *
   * @param whenClosed is run once the destination's socket has been closed
   */
  public void reached(Connection connection, StreamSocket destination, Runnable whenClosed) {
    connection.confirm();
    new ConnectionSocket(this, connection, whenClosed).start(destination);
    wake();
  }

  /** Leads a connection that the peer has opened to an address. */
  public void connect(Connection connection, InetSocketAddress target) {
    if (connection.isReset()) {
      return; // meanwhile
    }
    ConnectionSocket socket = new ConnectionSocket(this, connection);
    StreamOptions options = StreamOptions.at(Addresses.anyLike(target.getAddress()));
    socket.dial(engine.connect(target, options, socket));
  }

  /** Ends a connection that leads nowhere; see {@link dev.mptunnel.stream.StreamError}. */
  public void refuse(Connection connection, int code) {
    connection.reset(code);
    wake();
  }

  /**
   * Resets the connections that may not be any more.
   *
   * @param isAllowed also given where it leads, or null where it is not connected
   */
  public void review(BiPredicate<Connection, InetSocketAddress> isAllowed) {
    for (Connection connection : striper.liveConnections()) {
      InetSocketAddress remote =
          connection.attachment() instanceof ConnectionSocket socket ? socket.remote() : null;
      if (!isAllowed.test(connection, remote)) {
        reset(connection, StreamError.NO_TARGET);
      }
    }
    wake();
  }

  void connected(Connection connection) {
    listener.connected(connection);
  }

  void notConnected(Connection connection, IOException cause) {
    listener.notConnected(connection, cause);
  }

  // --- work ---

  /**
   * Something has happened that may have consequences: they follow soon. To be called by whoever
   * has used a connection while nothing of the driver was at work.
   */
  public void wake() {
    if (!awake && !closed) {
      awake = true;
      engine.execute(this::run);
    }
  }

  private void run() {
    awake = false;
    if (closed) {
      return;
    }
    try {
      work(now());
    } finally { // whatever failed, all others go on
      setTimer();
    }
  }

  private void work(long now) {
    if (now >= striper.nextTimer()) {
      striper.onTimer(now);
    }
    if (now >= nextTunnelsNanos) {
      nextTunnelsNanos = Long.MAX_VALUE;
      for (TunnelSocket socket : List.copyOf(sockets)) {
        nextTunnelsNanos = Math.min(nextTunnelsNanos, socket.onTimer(now));
      }
    }
    if (isForsaken() && now - lastTunnelNanos >= patienceNanos) {
      giveUp();
    }
    finish(now);
  }

  private boolean isForsaken() {
    return joined == 0 && !striper.liveConnections().isEmpty();
  }

  private void finish(long now) {
    striper.flush(now);
    while (!effects.isEmpty()) {
      while (!effects.isEmpty()) {
        effects.poll().run();
      }
      striper.flush(now);
    }
    unflushed.forEach(TunnelSocket::flush);
    unflushed.clear();
  }

  private void setTimer() {
    if (!effects.isEmpty()) {
      wake();
    }
    long next = Math.min(striper.nextTimer(), nextTunnelsNanos);
    if (isForsaken()) {
      next = Math.min(next, lastTunnelNanos + patienceNanos);
    }
    if (next == Long.MAX_VALUE) {
      timer.cancel();
    } else {
      timer.set(next);
    }
  }

  /** The session has ended, or we do: all connections are reset, and all tunnels closed. */
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    timer.cancel();
    striper.end();
    while (!effects.isEmpty()) {
      effects.poll().run();
    }
    List.copyOf(sockets).forEach(TunnelSocket::abort);
  }

  /** The figures now. */
  public TunnelReport report() {
    List<TunnelReport.Row> rows = new ArrayList<>();
    for (TunnelSocket socket : sockets) {
      if (socket.tunnel() != null) {
        rows.add(socket.tunnel().report(socket.name(), socket.sentBytes(), socket.receivedBytes()));
      }
    }
    rows.sort((a, b) -> a.name().compareTo(b.name()));
    Map<String, TunnelReport.Bytes> byName = new HashMap<>(dialled);
    sockets.forEach(socket -> addBytes(byName, socket));
    return new TunnelReport(
        rows,
        striper.connections(),
        connectionsOpened,
        striper.keptBytes(),
        striper.duplicatedBytes(),
        brokenTunnels,
        strangers,
        striper.oldest(engine.nanoTime(), OLDEST_SHOWN),
        byName);
  }

  private final class Effects implements StreamOutput {

    @Override
    public boolean transmit(Tunnel tunnel, ByteBuffer record) {
      TunnelSocket socket = (TunnelSocket) tunnel.attachment();
      unflushed.add(socket);
      return socket.transmit(record);
    }

    @Override
    public void opened(Connection connection) {
      noteOpened(connection);
      effects.add(
          () -> {
            if (!connection.isReset()) {
              listener.opened(connection);
            }
          });
    }

    @Override
    public void connected(Connection connection) {
      effects.add(() -> end(connection).onReached());
    }

    @Override
    public void readable(Connection connection) {
      effects.add(() -> end(connection).onReadable());
    }

    @Override
    public void writable(Connection connection) {
      effects.add(() -> end(connection).onRoom());
    }

    @Override
    public void reset(Connection connection, int code) {
      effects.add(() -> end(connection).onReset(code));
    }

    @Override
    public void done(Connection connection) {
      effects.add(() -> end(connection).onDone());
    }

    private static ConnectionEnd end(Connection connection) {
      return connection.attachment() instanceof ConnectionEnd end ? end : ConnectionEnd.NONE;
    }
  }
}
