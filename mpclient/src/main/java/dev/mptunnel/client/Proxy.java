package dev.mptunnel.client;

import dev.mptunnel.config.ClientProxy;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.ProxyUser;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.ConnectionEnd;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.StreamEngine;
import dev.mptunnel.net.StreamHandler;
import dev.mptunnel.net.StreamOptions;
import dev.mptunnel.net.StreamSocket;
import dev.mptunnel.net.StriperDriver;
import dev.mptunnel.observe.Figures;
import dev.mptunnel.proxy.Opening;
import dev.mptunnel.proxy.ProxyPlace;
import dev.mptunnel.proxy.Request;
import dev.mptunnel.stream.Connection;
import dev.mptunnel.stream.StreamError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;

/**
 * Where applications say by SOCKS or HTTP where they want to. Each is answered when the server has
 * reached that, or has not. On the engine's thread, but where it says otherwise.
 */
final class Proxy {

  /** Applications that have not said yet what they want, and of one host. */
  private static final int OPENINGS = 1_024;

  private static final int OPENINGS_OF_HOST = 256;
  private static final long OPENING_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** The server itself gives up before that; this is for a server that cannot be reached. */
  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final StreamEngine engine;
  private final StriperDriver driver;
  private final Associations associations;
  private volatile ProxyUser user;
  private final ClientLog log;
  private final Engine.EngineTimer tick;
  private final HalfOpen<Caller> openings =
      new HalfOpen<>(OPENINGS, OPENINGS_OF_HOST, OPENING_NANOS);
  private final LinkedHashSet<Caller> waiting = new LinkedHashSet<>();
  private final Map<HostPort, StreamEngine.StreamListener> listeners =
      new ConcurrentSkipListMap<>(Comparator.comparing(HostPort::toString));
  private long asked;
  private long refused;
  private boolean ticks;
  private boolean closed;

  Proxy(
      StreamEngine engine,
      StriperDriver driver,
      Associations associations,
      ProxyUser user,
      ClientLog log) {
    this.engine = engine;
    this.driver = driver;
    this.associations = associations;
    this.user = user;
    this.log = log;
    tick = engine.newTimer(this::onTick);
  }

  /**
   * Opens the sockets that are not open yet. Those of ours that are in their way, as they are to
   * listen to more addresses of the same port, or to fewer, are closed before. From any thread but
   * the engine's.
   *
   * @param changes is told what is new, in a few words each
   * @return what closes them again, should that be needed
   * @throws IOException when one cannot be opened, and so none is; the message is for the user
   */
  Runnable listen(ClientProxy config, List<String> changes) throws IOException {
    List<HostPort> opened = new ArrayList<>();
    List<HostPort> moved = new ArrayList<>();
    Runnable undo =
        () -> {
          opened.forEach(this::close);
          moved.forEach(this::openAgain);
        };
    boolean done = false;
    try {
      for (HostPort place : config.listen()) {
        if (!listeners.containsKey(place)) {
          for (HostPort its : listeners.keySet()) {
            if (!config.listen().contains(its) && ListenPlace.collide(its, place)) {
              close(its);
              moved.add(its);
              changes.add("proxy on " + its + " removed");
            }
          }
          open(place);
          opened.add(place);
          changes.add("proxy on " + place + " added");
        }
      }
      if (!opened.isEmpty()) {
        config.warnings().forEach(log::warn);
      }
      done = true;
      return undo;
    } finally {
      if (!done) {
        undo.run();
      }
    }
  }

  private void open(HostPort place) throws IOException {
    StreamOptions options = StreamOptions.at(Addresses.local(place));
    listeners.put(place, engine.listen(options, socket -> accept(socket, place)));
  }

  /** What was to take its place cannot be had. */
  private void openAgain(HostPort place) {
    try {
      open(place);
    } catch (IOException e) {
      log.warn("the proxy on " + place + " is lost: " + e.getMessage());
    }
  }

  private void close(HostPort place) {
    listeners.remove(place).close();
  }

  /**
   * Closes the sockets that are not among these any more, and asks for this user from now on. From
   * any thread.
   *
   * @param changes is told what has changed, in a few words each
   */
  void keepListening(ClientProxy config, List<String> changes) {
    for (HostPort place : listeners.keySet()) {
      if (!config.listen().contains(place)) {
        close(place);
        changes.add("proxy on " + place + " removed");
      }
    }
    if (!Objects.equals(user, config.user())) {
      user = config.user();
      changes.add("user of the proxy");
    }
  }

  /** Where it listens, with the ports that were really given. From any thread. */
  List<InetSocketAddress> listening() {
    return listeners.values().stream().map(StreamEngine.StreamListener::localAddress).toList();
  }

  private void accept(StreamSocket socket, HostPort at) {
    if (closed) {
      socket.abort();
      return;
    }
    ProxyUser its = user;
    Caller caller = new Caller(socket, new Opening(its, new ProxyPlace(at, its != null)));
    socket.setHandler(caller);
    hold(caller);
    socket.setReading(true);
  }

  private void hold(Caller caller) {
    Caller goes =
        openings.add(engine.nanoTime(), caller, caller.socket.remoteAddress().getAddress());
    if (goes != null) {
      goes.drop();
    }
    keepTicking();
  }

  private void keepTicking() {
    if (!ticks) {
      ticks = true;
      tick.set(engine.nanoTime() + TICK_NANOS);
    }
  }

  private void onTick() {
    long now = engine.nanoTime();
    ticks = false;
    for (Caller late = openings.takeExpired(now); late != null; late = openings.takeExpired(now)) {
      late.drop();
    }
    while (!waiting.isEmpty() && now - waiting.getFirst().askedNanos >= ANSWER_NANOS) {
      waiting.getFirst().giveUp();
    }
    if (openings.size() > 0 || !waiting.isEmpty()) {
      keepTicking();
    }
  }

  /** What there is, with so many sockets for UDP. */
  Figures.Proxy figures(int associations) {
    return new Figures.Proxy(openings.size(), waiting.size(), associations, asked, refused);
  }

  /** Listens no more, and closes what has not begun; what has is the driver's to end. */
  void close() {
    closed = true;
    tick.cancel();
    listeners.values().forEach(StreamEngine.StreamListener::close);
    openings.takeAll().forEach(Caller::drop);
  }

  /** An application. */
  private final class Caller implements StreamHandler, ConnectionEnd {

    private final StreamSocket socket;
    private final Opening opening;
    private Request request;
    private Connection connection;
    private Associations.Association association;
    private ByteBuffer behind;
    private long askedNanos;
    private boolean finished;
    private boolean leaving;
    private boolean over;

    Caller(StreamSocket socket, Opening opening) {
      this.socket = socket;
      this.opening = opening;
    }

    // --- from the application ---

    @Override
    public void onRead(StreamSocket from, ByteBuffer bytes) {
      if (leaving || over || association != null) {
        return; // whatever it still says
      }
      if (request != null) {
        behind = joined(behind, bytes);
        return;
      }
      Opening.State state = opening.take(bytes);
      ByteBuffer answer = opening.answer();
      if (answer.hasRemaining()) {
        socket.write(answer);
        socket.flush();
      }
      switch (state) {
        case MORE -> {
          // It has its time.
        }
        case OVER -> leave();
        case ASKS -> ask();
      }
    }

    /** Reading has stopped: this is what was on its way, and no more than one buffer. */
    private static ByteBuffer joined(ByteBuffer first, ByteBuffer second) {
      ByteBuffer all = ByteBuffer.allocate(first.remaining() + second.remaining());
      return all.put(first).put(second).flip();
    }

    private void ask() {
      openings.remove(this);
      socket.setReading(false);
      request = opening.request();
      behind = opening.behind();
      opening.close();
      asked++;
      if (request.kind() == Request.Kind.ASSOCIATE) {
        associate();
        return;
      }
      connection = driver.open(request.to().toString(), this);
      if (connection == null) {
        refuse(StreamError.TOO_MANY);
        return;
      }
      askedNanos = engine.nanoTime();
      waiting.add(this);
      keepTicking();
    }

    /** Where it has reached us, there it can send datagrams to. */
    private void associate() {
      InetSocketAddress local = socket.localAddress();
      if (local == null) {
        drop(); // it has gone
        return;
      }
      InetAddress host = socket.remoteAddress().getAddress();
      InetSocketAddress from = new InetSocketAddress(host, request.sourcePort());
      associations.open(local.getAddress(), from, engine::execute, this::onAssociation);
    }

    /** Its socket for datagrams is there for as long as the connection is. */
    private void onAssociation(Associations.Association opened) {
      if (over || closed) {
        if (opened != null) {
          opened.close();
        }
      } else if (opened == null) {
        refuse(StreamError.TOO_MANY);
      } else {
        association = opened;
        socket.write(ByteBuffer.wrap(request.granted(opened.place())));
        socket.flush();
        if (finished) {
          drop();
        } else {
          socket.setReading(true);
        }
      }
    }

    @Override
    public void onWritable(StreamSocket to) {
      // What is written here is short.
    }

    @Override
    public void onFinished(StreamSocket from) {
      if (leaving) {
        over = true;
        openings.remove(this);
        socket.close();
      } else if (request == null || association != null) {
        drop();
      } else {
        finished = true;
      }
    }

    @Override
    public void onClosed(StreamSocket closedSocket, IOException cause) {
      openings.remove(this);
      opening.close();
      endAssociation();
      if (!over && waiting.remove(this)) {
        driver.refuse(connection, StreamError.ABORTED);
      }
      over = true;
    }

    // --- from the server ---

    @Override
    public void onReached() {
      if (over || leaving) {
        return;
      }
      over = true;
      waiting.remove(this);
      socket.write(ByteBuffer.wrap(request.granted(null)));
      socket.flush();
      driver.start(connection, socket, behind, finished);
    }

    /** What it says may have come before it was said that it was reached. */
    @Override
    public void onReadable() {
      onReached();
    }

    @Override
    public void onReset(int code) {
      if (waiting.remove(this)) {
        log.destinationRefused(request.to(), code);
        refuse(code);
      }
    }

    // --- ends ---

    private void giveUp() {
      waiting.remove(this);
      driver.refuse(connection, StreamError.ABORTED);
      refuse(StreamError.TIMED_OUT);
    }

    private void refuse(int code) {
      refused++;
      socket.write(ByteBuffer.wrap(request.refused(code)));
      socket.flush();
      leave();
    }

    /**
     * Nothing more is said. The socket is closed when the application has closed its own, as it
     * would else see a reset before it has read the answer (RFC 9112, section 9.6).
     */
    private void leave() {
      leaving = true;
      opening.close();
      socket.finish();
      openings.remove(this);
      if (closed || finished) {
        over = true;
        socket.close();
        return;
      }
      hold(this);
      socket.setReading(true);
    }

    private void endAssociation() {
      if (association != null) {
        association.close();
      }
    }

    /** It takes too long, or there are too many, or it is not needed any more. */
    private void drop() {
      over = true;
      endAssociation();
      openings.remove(this);
      opening.close();
      if (leaving || association != null) {
        socket.close();
      } else {
        socket.abort();
      }
    }
  }
}
