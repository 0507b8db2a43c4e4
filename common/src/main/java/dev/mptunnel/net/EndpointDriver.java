package dev.mptunnel.net;

import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.EndpointCounters;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Output;
import dev.mptunnel.core.ProcessLimits;
import dev.mptunnel.core.Security;
import dev.mptunnel.observe.Figures;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Runs an {@link Endpoint} on a {@link DatagramEngine}: packets from its ports go in, the
 * endpoint's go out, its timer is kept. What is sent while a batch is worked on leaves together at
 * the end of it.
 *
 * <p>Ports may be opened from any thread; all else is used on the engine's thread, but for what
 * says otherwise.
 */
public final class EndpointDriver {

  /** After work that failed, what is overdue waits so long: it may fail again. */
  private static final long AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** A port is done with what it still had to send this long after it was closed, or sooner. */
  private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What the endpoint's driver does not do itself; called in the middle of the endpoint's work. */
  public interface Listener {

    /** A datagram for the application, or the target, behind a flow; see {@link Output#deliver}. */
    void deliver(Flow flow, ByteBuffer payload, int trafficClass);

    /** Something happened; see {@link Output#event}. */
    void event(Event event);
  }

  /** Takes packets that are another endpoint's. */
  interface Strays {

    /**
     * Takes a packet, if it is none of this endpoint's; on the engine's thread.
     *
     * @return false if it is this endpoint's
     */
    boolean take(int port, InetSocketAddress source, int trafficClass, ByteBuffer packet);
  }

  private record ClosedPort(DatagramPort port, long closedNanos) {}

  private final DatagramEngine engine;
  private final Endpoint endpoint;
  private final Engine.EngineTimer timer;

  /**
   * By number; null where one was closed. Changed on the engine's thread, before it reads a packet
   * from the port.
   */
  private final List<DatagramPort> ports = new CopyOnWriteArrayList<>();

  /** Those that were closed lately, the oldest first: what they had to send may yet be dropped. */
  private final ArrayDeque<ClosedPort> closedPorts = new ArrayDeque<>();

  /** What was dropped at those that were closed before. */
  private Figures.SocketDrops closedDrops = new Figures.SocketDrops(0, 0, 0);

  /** What was to leave from ports that were closed. */
  private long droppedAtClosed;

  private final UnflushedPorts unflushed = new UnflushedPorts();

  /** Null where there is no other endpoint. */
  private Strays strays;

  private long received;
  private boolean closed;

  /**
   * A driver of a new endpoint.
   *
   * @param random what the endpoint's ids, keys and tokens come from; unpredictable
   */
  public EndpointDriver(
      DatagramEngine engine,
      EndpointSettings settings,
      Security security,
      RandomGenerator random,
      Listener listener) {
    this(engine, settings, security, random, listener, new SharedLimits(settings, 1, random));
  }

  /**
   * A driver of a new endpoint, of several in the process.
   *
   * @param random what the endpoint's ids, keys and tokens come from; unpredictable
   * @param limits what they share
   */
  public EndpointDriver(
      DatagramEngine engine,
      EndpointSettings settings,
      Security security,
      RandomGenerator random,
      Listener listener,
      SharedLimits limits) {
    this.engine = engine;
    ProcessLimits its = limits.of(work -> engine.execute(() -> run(_ -> work.run())));
    endpoint = new Endpoint(settings, security, random, new DriverOutput(listener), its);
    LongConsumer onTimer = endpoint::onTimer;
    timer = engine.newTimer(() -> run(onTimer));
  }

  /**
   * Has the kernel pick among the sockets that share this port's by the packets' sessions.
   *
   * @param number the port's
   * @param sockets how many they are
   */
  void steerBySession(int number, int sockets) throws IOException {
    onEngine(
        () -> {
          ports.get(number).steerBySession(sockets);
          return true;
        });
  }

  /**
   * Opens a port for the endpoint's packets.
   *
   * @return the number that the endpoint knows it by
   */
  public int open(PortOptions options) throws IOException {
    return onEngine(
        () -> {
          int number = freeNumber();
          return add(number, engine.open(options.withStamps(), new PacketHandler(number)));
        });
  }

  /**
   * Opens a port for the endpoint's packets that keeps its number over restarts where it can.
   *
   * @param seed what the port is for; see {@link PreferredPort#open}
   * @return the number that the endpoint knows it by
   */
  public int openPreferred(PortOptions options, long seed) throws IOException {
    return onEngine(
        () -> {
          int number = freeNumber();
          PacketHandler handler = new PacketHandler(number);
          return add(number, PreferredPort.open(engine, options.withStamps(), seed, handler));
        });
  }

  /** Opens a port for packets that travel over TCP. */
  public CarrierPort openCarrier(StreamEngine streams) {
    return openCarrier(streams, 1);
  }

  /**
   * Opens a port for packets that travel over TCP.
   *
   * @param shares how many such ports there are in the process: it gets its part of what all may
   *     have
   */
  CarrierPort openCarrier(StreamEngine streams, int shares) {
    return engine.call(() -> addCarrier(streams, shares)).join();
  }

  private CarrierPort addCarrier(StreamEngine streams, int shares) {
    int number = freeNumber();
    CarrierPort port = new CarrierPort(engine, streams, number, shares, new PacketHandler(number));
    add(number, port);
    return port;
  }

  private int freeNumber() {
    int closedOne = ports.indexOf(null);
    return closedOne < 0 ? ports.size() : closedOne;
  }

  private int add(int number, DatagramPort port) {
    if (number < ports.size()) {
      ports.set(number, port);
    } else {
      ports.add(port);
    }
    return number;
  }

  /**
   * Closes a port that no path of the endpoint leaves from any more; its number may come to mean
   * another.
   */
  public void closePort(int number) {
    DatagramPort port = ports.set(number, null);
    port.flush();
    port.close();
    settleClosed();
    closedPorts.add(new ClosedPort(port, engine.nanoTime()));
  }

  private void settleClosed() {
    long now = engine.nanoTime();
    while (!closedPorts.isEmpty() && now - closedPorts.peek().closedNanos >= SETTLED_NANOS) {
      closedDrops = plusDropsAt(closedDrops, closedPorts.remove().port);
    }
  }

  private static Figures.SocketDrops plusDropsAt(Figures.SocketDrops sum, DatagramPort port) {
    return new Figures.SocketDrops(
        sum.sent() + port.sendDrops(),
        sum.late() + port.lateDrops(),
        sum.received() + port.receiveDrops());
  }

  private Stream<DatagramPort> openPorts() {
    return ports.stream().filter(Objects::nonNull);
  }

  /** There nothing can come between the opening of a port and the endpoint's knowing it. */
  private <T> T onEngine(Callable<T> opening) throws IOException {
    try {
      return engine.call(opening).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException told) {
        throw told;
      }
      if (e.getCause() instanceof RejectedExecutionException) {
        throw new IOException("the engine is closed", e);
      }
      throw e;
    }
  }

  /** The addresses of the endpoint's UDP ports, in the order of their numbers. From any thread. */
  public List<InetSocketAddress> localAddresses() {
    return openPorts().map(DatagramPort::localAddress).filter(Objects::nonNull).toList();
  }

  /**
   * Keeps what a port sends on one network interface; see {@link DatagramPort#stayOn}.
   *
   * @param number the port's
   */
  public boolean stayOn(int number, int interfaceIndex) {
    return ports.get(number).stayOn(interfaceIndex);
  }

  /** From now on, gives packets away that are another endpoint's; before a port is opened. */
  void giveAway(Strays to) {
    strays = to;
  }

  /**
   * Takes a packet that came to another endpoint's port of this number; within {@link #run}.
   *
   * @return false if there is no such port here: not yet, or not any more
   */
  boolean take(int port, InetSocketAddress source, int trafficClass, ByteBuffer packet) {
    if (closed || port >= ports.size() || ports.get(port) == null) {
      return false;
    }
    received++;
    long now = engine.nanoTime();
    endpoint.onDatagram(now, now, trafficClass, port, source, packet);
    return true;
  }

  /** Packets that came for this endpoint; on the engine's thread. */
  long received() {
    return received;
  }

  /** The engine that drives it. */
  DatagramEngine engine() {
    return engine;
  }

  /** Sends a datagram from a port of the caller's, at the end of what is being worked on. */
  public void send(DatagramPort port, ByteBuffer datagram, InetSocketAddress remote) {
    send(port, datagram, remote, 0);
  }

  /** The same with a datagram that is marked so; see {@link DatagramPort#send}. */
  public void send(
      DatagramPort port, ByteBuffer datagram, InetSocketAddress remote, int trafficClass) {
    port.send(datagram, remote, trafficClass);
    unflushed.add(port);
  }

  /** The endpoint, to be called within {@link #run} only. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /** What the endpoint dropped without a word. From any thread. */
  public EndpointCounters counters() {
    return endpoint.counters();
  }

  /** What was dropped of the endpoint's packets at its sockets. From any thread. */
  public CompletableFuture<Figures.SocketDrops> socketDrops() {
    return engine.call(
        () -> {
          settleClosed();
          Figures.SocketDrops all =
              new Figures.SocketDrops(
                  closedDrops.sent() + droppedAtClosed, closedDrops.late(), closedDrops.received());
          Stream<DatagramPort> unsettled = closedPorts.stream().map(ClosedPort::port);
          for (DatagramPort port : Stream.concat(openPorts(), unsettled).toList()) {
            all = plusDropsAt(all, port);
          }
          return all;
        });
  }

  /** Does something with the endpoint, told the time, and then what follows from it. */
  public void run(LongConsumer work) {
    boolean done = false;
    try {
      work.accept(engine.nanoTime());
      done = true;
    } finally {
      finish(done ? Long.MIN_VALUE : engine.nanoTime() + AFTER_FAILURE_NANOS);
    }
  }

  /** Sends what is due and sets the timer: for whoever called the endpoint for a whole batch. */
  public void finish() {
    finish(Long.MIN_VALUE);
  }

  private void finish(long earliestTimerNanos) {
    try {
      unflushed.flush();
    } finally {
      long next = endpoint.nextTimer();
      if (next == Long.MAX_VALUE) {
        timer.cancel();
      } else {
        timer.set(Math.max(next, earliestTimerNanos));
      }
    }
  }

  /** Tells all peers that we close, and closes the endpoint's ports. */
  public void close() {
    closed = true;
    Closing closing = new Closing().then(() -> run(now -> endpoint.close())).then(timer::cancel);
    openPorts().forEach(port -> closing.then(port::close));
    closing.end();
  }

  private final class DriverOutput implements Output {

    private final Listener listener;

    /** What was given the last packet to send, which may go out again elsewhere. */
    private DatagramPort given;

    DriverOutput(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void transmit(int port, InetSocketAddress remote, ByteBuffer packet) {
      transmit(port, remote, packet, 0);
    }

    @Override
    public void transmit(int port, InetSocketAddress remote, ByteBuffer packet, int trafficClass) {
      given = ports.get(port);
      if (given == null) {
        droppedAtClosed++; // one packet less, rather than all that is due with it
      } else {
        send(given, packet, remote, trafficClass);
      }
    }

    @Override
    public void transmitAgain(
        int port, InetSocketAddress remote, ByteBuffer packet, int trafficClass) {
      DatagramPort to = ports.get(port);
      if (to == null) {
        droppedAtClosed++;
      } else if (given == null) {
        send(to, packet, remote, trafficClass);
      } else {
        to.sendAgain(packet, remote, trafficClass, given);
        unflushed.add(to);
      }
    }

    @Override
    public void deliver(Flow flow, ByteBuffer payload) {
      deliver(flow, payload, 0);
    }

    @Override
    public void deliver(Flow flow, ByteBuffer payload, int trafficClass) {
      listener.deliver(flow, payload, trafficClass);
    }

    @Override
    public void event(Event event) {
      listener.event(event);
    }
  }

  private final class PacketHandler implements DatagramHandler {

    private final int number;

    PacketHandler(int number) {
      this.number = number;
    }

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
      int marked = port.trafficClass();
      if (strays == null || !strays.take(number, source, marked, datagram)) {
        received++;
        long now = engine.nanoTime();
        endpoint.onDatagram(now, port.arrivedNanos(now), marked, number, source, datagram);
      }
    }

    @Override
    public void onBatchEnd(DatagramPort port) {
      finish();
    }

    @Override
    public void onError(DatagramPort port, IOException error) {
      // An unconnected socket reports nothing that the path's silence does not tell as well.
    }
  }
}
