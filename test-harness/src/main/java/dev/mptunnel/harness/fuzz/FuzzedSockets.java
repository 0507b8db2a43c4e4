package dev.mptunnel.harness.fuzz;

import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.PortOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/**
 * Sockets and timers without a system behind them: what is sent is kept, and time passes when it is
 * told to. Everything runs on the caller's thread.
 */
final class FuzzedSockets implements DatagramEngine {

  private static final long NEVER = Long.MAX_VALUE;

  private final List<Port> ports = new ArrayList<>();
  private final List<Timer> timers = new ArrayList<>();
  private final List<Sent> sent = new ArrayList<>();
  private long now = 1;
  private int nextLocalPort = 40_000;

  /** A datagram that was sent, and where to. */
  record Sent(Port from, InetSocketAddress to, ByteBuffer datagram) {}

  /** An open socket. */
  final class Port implements DatagramPort {

    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final DatagramHandler handler;
    private int queued;

    private Port(PortOptions options, DatagramHandler handler) {
      int number = options.local().getPort();
      this.local =
          new InetSocketAddress(
              options.local().getAddress(), number == 0 ? nextLocalPort++ : number);
      this.remote = options.remote();
      this.handler = handler;
    }

    /** What the socket is connected to, or null. */
    InetSocketAddress remote() {
      return remote;
    }

    /** A datagram arrives, alone. */
    void arrive(InetSocketAddress source, byte[] datagram) {
      Memory.handOver(datagram, bytes -> handler.onDatagram(this, source, bytes));
      handler.onBatchEnd(this);
      ports.forEach(port -> Must.equal(0, port.queued, "datagrams not flushed"));
    }

    /** The kernel reports an error. */
    void fail(IOException error) {
      handler.onError(this, error);
    }

    @Override
    public InetSocketAddress localAddress() {
      return local;
    }

    @Override
    public void send(ByteBuffer datagram, InetSocketAddress to) {
      Must.hold(ports.contains(this), "a closed socket is used");
      Must.hold((to == null) != (remote == null), "where a datagram is to go is not clear");
      byte[] bytes = new byte[datagram.remaining()];
      datagram.get(datagram.position(), bytes);
      sent.add(new Sent(this, to == null ? remote : to, ByteBuffer.wrap(bytes)));
      queued++;
    }

    @Override
    public void flush() {
      queued = 0;
    }

    @Override
    public boolean stayOn(int interfaceIndex) {
      return true;
    }

    @Override
    public long sendDrops() {
      return 0;
    }

    @Override
    public void close() {
      ports.remove(this);
    }
  }

  private final class Timer implements EngineTimer {

    private final Runnable task;
    private long atNanos = NEVER;

    private Timer(Runnable task) {
      this.task = task;
    }

    @Override
    public void set(long atNanos) {
      this.atNanos = Math.max(atNanos, now);
    }

    @Override
    public void cancel() {
      atNanos = NEVER;
    }
  }

  /** The open sockets, the oldest first. */
  List<Port> ports() {
    return List.copyOf(ports);
  }

  /** Takes what has been sent since the last call. */
  List<Sent> takeSent() {
    List<Sent> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }

  /** Time passes. */
  void pass(long nanos) {
    long until = now + nanos;
    for (Timer due = next(); due.atNanos <= until; due = next()) {
      now = due.atNanos;
      due.atNanos = NEVER;
      due.task.run();
      Must.hold(due.atNanos > now, "a timer stands still");
    }
    now = until;
  }

  private Timer next() {
    Timer next = timers.getFirst();
    for (Timer timer : timers) {
      next = timer.atNanos < next.atNanos ? timer : next;
    }
    return next;
  }

  @Override
  public String name() {
    return "none";
  }

  @Override
  public DatagramPort open(PortOptions options, DatagramHandler handler) {
    Port port = new Port(options, handler);
    ports.add(port);
    return port;
  }

  @Override
  public void execute(Runnable task) {
    task.run();
  }

  @Override
  public <T> CompletableFuture<T> call(Callable<T> work) {
    try {
      return CompletableFuture.completedFuture(work.call());
    } catch (Exception e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Void> ended() {
    return new CompletableFuture<>();
  }

  @Override
  public EngineTimer newTimer(Runnable task) {
    Timer timer = new Timer(task);
    timers.add(timer);
    return timer;
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public void close() {
    ports.clear();
  }
}
